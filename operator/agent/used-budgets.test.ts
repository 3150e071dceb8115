import { describe, expect, test } from '@jest/globals';
import type { LambdaAgent } from '../api/index.ts';
import { LedgerReceiver } from '../meter/memory-meter.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { budgetFaults, budgetFinding, budgetStatus, reconcileBudget } from './budget.ts';
import { addBudgetMetrics } from './budget-metrics.ts';
import { sampleAgent, sampleSettings } from './sample.ts';
import { buildAgentService } from './service.ts';
import { fieldsWithoutEffect } from './ineffective-fields.ts';
import { readUsedBy, UsedBudgets } from './used-budgets.ts';

const prices = { input: '3', output: '15', currency: 'EUR' };
const ai = { provider: 'openai', apiKeySecretRef: { name: 'keys', key: 'api' } };
const withBudget = (budget: object = {}, more: object = {}) =>
  sampleAgent({ ai, budget: { perDay: { tokens: 1000, money: '2' }, prices, ...budget }, ...more });
const key = 'agents/bruno';
const used = (tokens: number, micros = 0) => ({ day: '2026-01-01', tokens, micros });
const budgetsOf = (answer: () => Promise<ReturnType<typeof used>>) =>
  new UsedBudgets({ read: answer, clock: new FakeClock() });

/** After the receiver has been asked. */
async function factsOf(agent: ReturnType<typeof sampleAgent>, budgets: UsedBudgets, settings = sampleSettings) {
  const pass = { agent, budgets, key, settings };
  await reconcileBudget(pass);
  await new Promise(setImmediate);
  return reconcileBudget(pass);
}

describe('an agent with a budget', () => {
  test.each([
    [used(799), 'WithinBudget', 'within', 'done'],
    [used(800), 'BudgetNearlySpent', 'warned', 'retrying'],
    [used(0, 1_600_000), 'BudgetNearlySpent', 'warned', 'retrying'],
    [used(1000), 'BudgetSpent', 'spent', 'stalled'],
  ])('that has used %j has the reason %s', async (answer, reason, state, severity) => {
    const agent = withBudget();
    const { againMs, facts } = await factsOf(
      agent,
      budgetsOf(() => Promise.resolve(answer)),
    );
    expect(againMs).toBe(60_000);
    expect(budgetFinding(agent, facts)).toMatchObject({ reason, severity });
    expect(budgetStatus(agent, facts)).toMatchObject({
      day: '2026-01-01',
      state,
      tokensUsed: answer.tokens,
      tokensLimit: 1000,
    });
  });

  test('says in its status what money is used, in its currency', async () => {
    const agent = withBudget();
    const { facts } = await factsOf(
      agent,
      budgetsOf(() => Promise.resolve(used(1, 1_234_500))),
    );
    expect(budgetStatus(agent, facts)).toMatchObject({ moneyUsed: '1.2345', moneyLimit: '2.00', currency: 'EUR' });
  });

  test('keeps what was known while the receiver does not say', async () => {
    const { facts } = await factsOf(
      withBudget(),
      budgetsOf(() => Promise.reject(new Error('away'))),
    );
    const agent = sampleAgent({ ai, budget: { perDay: { tokens: 1 } } }, {}, { budget: { tokensUsed: 7 } });
    expect(budgetFinding(agent, facts)).toMatchObject({ reason: 'BudgetUnread' });
    expect(budgetStatus(agent, facts)).toEqual({ tokensUsed: 7 });
  });

  test('has what was known before while a new operator has not asked yet', async () => {
    const status = { budget: { day: '2026-01-01', state: 'warned', tokensUsed: 900, moneyUsed: '1.5' } };
    const agent = sampleAgent({ ai, budget: { perDay: { tokens: 1000 }, prices } }, {}, status);
    const budgets = budgetsOf(() => Promise.resolve(used(1000)));
    const { againMs, facts } = await reconcileBudget({ agent, budgets, key, settings: sampleSettings });
    expect(againMs).toBe(1000);
    expect(facts).toMatchObject({ used: { day: '2026-01-01', tokens: 900, micros: 1_500_000 } });
  });

  test('is not started where nobody counts its calls', async () => {
    const budgets = budgetsOf(() => Promise.resolve(used(0)));
    const { againMs, facts } = await factsOf(withBudget(), budgets, { ...sampleSettings, supervision: undefined });
    expect(againMs).toBe(60_000);
    expect(budgetFaults(facts)).toMatchObject([{ reason: 'BudgetUnavailable', severity: 'stalled' }]);
  });

  async function podOf(agent: LambdaAgent) {
    const { facts } = await factsOf(
      agent,
      budgetsOf(() => Promise.resolve(used(0))),
    );
    return buildAgentService({
      agent,
      settings: sampleSettings,
      sink: undefined,
      references: '',
      budget: facts,
    }).spec.template.spec;
  }

  test('asks its meter instead of the model, which knows the true address', async () => {
    const agent = withBudget();
    const spec = await podOf(agent);
    const [container, meter] = spec.containers;
    const variables = Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value]));
    expect(variables).toMatchObject({
      AI_ENDPOINT: 'http://127.0.0.1:8470/v1',
      OPENAI_BASE_URL: 'http://127.0.0.1:8470/v1',
    });
    const told = Object.fromEntries((meter?.env ?? []).map(({ name, value }) => [name, value]));
    expect(told).toMatchObject({
      METER_PORT: '8470',
      METER_MODEL: 'https://api.openai.com/v1',
      METER_REFUSES_UNCOUNTED: 'true',
    });
    expect(told['METER_LEDGER']).toMatch(/^http:\/\/receiver\.control\/budgets\/agents\/bruno\/[\w-]{43}\/$/);
    expect(meter).toMatchObject({ args: ['--mode=meter'] });
    expect(meter).not.toHaveProperty('ports');
  });

  test('has its meter on another port where it has that one itself', async () => {
    const image = { repository: 'r', port: 8470 };
    const agent = withBudget({}, { image, ai: { provider: 'ollama', endpoint: 'http://ollama.ollama.svc:11434/' } });
    const spec = await podOf(agent);
    expect(spec.containers[0].env).toContainEqual({ name: 'OLLAMA_URL', value: 'http://127.0.0.1:8471' });
  });

  test('is told of a variable of its own that leads past the meter', () => {
    const { spec } = withBudget({}, { env: [{ name: 'OPENAI_BASE_URL', value: 'http://a' }] });
    expect(fieldsWithoutEffect(spec, sampleSettings.broker)).toEqual([expect.stringContaining('OPENAI_BASE_URL')]);
  });
});

test('an agent without a budget has one container, and is asked for nowhere', async () => {
  const agent = sampleAgent({ ai });
  const { facts } = await factsOf(
    agent,
    budgetsOf(() => Promise.reject(new Error('asked'))),
  );
  expect(facts).toEqual({ kind: 'none' });
  const { spec } = buildAgentService({
    agent,
    settings: sampleSettings,
    sink: undefined,
    references: '',
    budget: facts,
  }).spec.template;
  expect(spec.containers).toHaveLength(1);
});

test('what is used is read from the receiver, and shown by unit until the day is over', async () => {
  const receiver = new LedgerReceiver();
  const ledger = await receiver.listen();
  try {
    const read = readUsedBy();
    receiver.agent = withBudget();
    const message = {
      id: crypto.randomUUID(),
      run: 'a'.repeat(32),
      usage: { input: 400, output: 100 },
      leaseMs: 60_000,
    };
    await fetch(`${ledger}reservations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
    });
    expect(await read(ledger)).toEqual({ day: '2026-01-01', tokens: 500, micros: 2700 });
    const budgets = new UsedBudgets({ read: () => read(ledger), clock: new FakeClock() });
    budgets.read(key, ledger);
    while ([...budgets.all()].length === 0) await new Promise(setImmediate);
    let now = new Date('2026-01-01T13:00:00Z');
    const registry = new MetricRegistry();
    addBudgetMetrics(registry, { find: () => withBudget(), budgets, today: () => now });
    expect(await registry.render()).toContain(
      'knative_lambda_agent_budget_used_ratio{agent="bruno",agent_namespace="agents",unit="tokens"} 0.5',
    );
    expect(await registry.render()).toContain('unit="money"} 0.00135');
    now = new Date('2026-01-02T00:00:00Z');
    expect(await registry.render()).not.toContain('unit=');
  } finally {
    await receiver.close();
  }
});
