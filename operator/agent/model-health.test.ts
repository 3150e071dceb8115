import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../kube/fake-clock.ts';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { askAgainMs, ModelHealth } from './model-health.ts';
import { addModelMetrics } from './model-metrics.ts';
import type { ModelAnswer } from './model-probe.ts';
import type { ModelTarget } from './model-target.ts';

const served: ModelAnswer = { kind: 'served' };
const failed: ModelAnswer = { kind: 'failed', cause: 'answers with status 503' };

const modelNamed = (model: string): ModelTarget => ({ provider: 'ollama', endpoint: 'http://ollama.svc', model });
const llama = modelNamed('llama');

let clock: FakeClock;
let health: ModelHealth;
/** Questions that nobody has answered yet. */
let open: { readonly target: ModelTarget; answer(this: void, given: ModelAnswer): void }[];
let questions: number;

beforeEach(() => {
  clock = new FakeClock();
  open = [];
  questions = 0;
  health = new ModelHealth({
    ask: (target) =>
      new Promise((resolve) => {
        questions += 1;
        open.push({ target, answer: resolve });
      }),
    clock,
    today: () => new Date(clock.now()),
  });
});

async function answerAll(given: ModelAnswer): Promise<void> {
  for (const { answer } of open.splice(0)) answer(given);
  await nextTurn();
}

describe('the health of a model', () => {
  test('is asked for beside the pass, and told to the next one with its times', async () => {
    expect(health.read('agents/one', llama)).toBeUndefined();
    await clock.advance(40);
    await answerAll(served);
    expect(health.read('agents/one', llama)).toEqual({
      answer: served,
      askedAt: new Date(40),
      latencyMs: 40,
      servedAt: new Date(40),
    });
  });

  test('is asked for once for all agents that have the model', async () => {
    for (const agent of ['agents/one', 'agents/two', 'agents/one']) health.read(agent, { ...llama });
    expect(questions).toBe(1);
    await answerAll(served);
    expect(health.read('agents/two', llama)?.answer).toEqual(served);
  });

  test('is asked for again when it is old, and remembers when it was served', async () => {
    health.read('agents/one', llama);
    await answerAll(served);
    await clock.advance(askAgainMs - 1);
    health.read('agents/one', llama);
    expect(questions).toBe(1);
    await clock.advance(1);
    expect(health.read('agents/one', llama)?.answer).toEqual(served);
    expect(questions).toBe(2);
    await answerAll(failed);
    expect(health.read('agents/one', llama)).toMatchObject({ answer: failed, servedAt: new Date(0) });
  });

  test('is asked for of eight servers at once, and of the others after them', async () => {
    const agents = Array.from({ length: 9 }, (_, index) => `agents/${index}`);
    for (const agent of agents) health.read(agent, modelNamed(agent));
    expect(open.map(({ target }) => target.model)).toEqual(agents.slice(0, 8));
    await answerAll(served);
    for (const agent of agents) health.read(agent, modelNamed(agent));
    expect(open.map(({ target }) => target.model)).toEqual(['agents/8']);
  });
});

const sample = (agent: string, value: number): string =>
  `knative_lambda_agent_model_available{agent="${agent}",agent_namespace="agents",provider="ollama",model="llama"} ${value}`;

test('the metric has every agent whose model is known, until the agent is gone or has another', async () => {
  const registry = new MetricRegistry();
  addModelMetrics(registry, health);
  const samples = async (): Promise<readonly string[]> =>
    (await registry.render()).split('\n').filter((line) => line.startsWith('knative_lambda_agent_model_available{'));

  health.read('agents/one', llama);
  health.read('agents/two', llama);
  expect(await samples()).toEqual([]);
  await answerAll(served);
  expect(await samples()).toEqual([sample('one', 1), sample('two', 1)]);
  health.read('agents/one', undefined);
  await clock.advance(askAgainMs);
  health.read('agents/two', llama);
  await answerAll(failed);
  expect(await samples()).toEqual([sample('two', 0)]);
  health.forget('agents/two');
  expect(await samples()).toEqual([]);
});

test('a server that says nothing of the model gives the metric no value', async () => {
  health.read('agents/one', llama);
  await answerAll({ kind: 'unsaid' });
  expect([...health.answers()]).toEqual([]);
});
