import { describe, expect, test } from '@jest/globals';
import { sampleAgent } from '../agent/sample.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import { Refusal } from '../receiver/refusal.ts';
import { type Action, actionId, type Answer } from './action.ts';
import { heldAt, sampleAction } from './action-sample.ts';
import { ActionStore } from './action-store.ts';
import type { Provider } from './approval-policy.ts';
import { MemoryVersioned } from '../receiver/dead-letters/memory-versioned.ts';
import { Supervisor } from './supervisor.ts';

const slack = { webhookUrl: 'https://hooks.slack.com/services/x' };
const custom = { endpoint: 'http://approvals' };
const status = { eventingStatus: { brokerUrl: 'http://broker/agents/bruno-broker' } };

const supervised = (approval: object, mode = 'supervised') =>
  sampleAgent({ operationMode: mode, approval }, {}, status);

/** Everything around supervisors; each that is made works on the same store, as after a restart. */
class World {
  readonly objects = new MemoryVersioned();
  readonly asked: Provider[] = [];
  readonly sent: unknown[] = [];
  readonly told: string[] = [];
  readonly faults: unknown[] = [];
  readonly waiting: (readonly [held: number, overdue: number])[] = [];
  agent: ReturnType<typeof supervised> | undefined;
  /** Put in by a test: what a provider says when it is asked, and what keeps it, or the Broker, from that. */
  replies: Partial<Record<Provider, Omit<Answer, 'provider'>>> = {};
  before: (step: string) => Promise<void> | void = () => {};
  now = heldAt;
  #drawn = 0;

  constructor(approval: object) {
    this.agent = supervised(approval);
  }

  supervisor(): Supervisor {
    const ask = (provider: Provider) => async () => {
      await this.before(`ASK ${provider}`);
      this.asked.push(provider);
      return this.replies[provider];
    };
    return new Supervisor({
      store: new ActionStore(this.objects),
      findAgent: () => Promise.resolve(this.agent),
      ask: { slack: ask('slack'), custom: ask('custom') },
      deliver: async (address, event) => {
        await this.before(`SEND ${address}`);
        this.sent.push(event['id']);
        await this.before('SENT');
      },
      audit: ({ decision }: Action) => void this.told.push(`${decision?.verdict} by ${decision?.by}`),
      telemetry: {
        decided: () => {},
        asked: () => {},
        waiting: (held, overdue) => void this.waiting.push([held, overdue]),
      },
      clock: new FakeClock(),
      today: () => this.now,
      newId: () => String((this.#drawn += 1)),
      onFault: (error) => void this.faults.push(error),
    });
  }

  later(ms: number): void {
    this.now = new Date(this.now.getTime() + ms);
  }
}

const { agent: named, id, event } = sampleAction();
const action = { agent: named, id };
const yes = (provider: Provider, by = 'ann'): Answer => ({ provider, verdict: 'approved', by });
const no = (provider: Provider): Answer => ({ provider, verdict: 'rejected', by: 'bob' });

async function heldIn(world: World): Promise<Supervisor> {
  const supervisor = world.supervisor();
  expect(await supervisor.hold(action, event)).toBe('held');
  await supervisor.settled();
  return supervisor;
}

describe('an action of a supervised agent', () => {
  test('waits, is asked about once, and is sent when somebody approves', async () => {
    const world = new World({ slack });
    const supervisor = await heldIn(world);
    await supervisor.look();
    expect([world.asked, world.sent]).toEqual([['slack'], []]);
    expect(await supervisor.answer(action, yes('slack'))).toEqual({ kind: 'decided', verdict: 'approved' });
    await supervisor.settled();
    expect([world.sent, world.told, world.faults]).toEqual([['e-1'], ['approved by ann'], []]);
    expect(await supervisor.answer(action, no('slack'))).toEqual({ kind: 'late' });
    await supervisor.look();
    expect(world.waiting).toEqual([
      [1, 0],
      [0, 0],
    ]);
  });

  test('is dropped when somebody rejects it, and what is kept of it has nothing of what it said', async () => {
    const world = new World({ slack });
    const supervisor = await heldIn(world);
    await supervisor.answer(action, no('slack'));
    await supervisor.settled();
    expect([world.sent, world.told]).toEqual([[], ['rejected by bob']]);
    const kept = [...world.objects.objects].map(([key, { body }]) => [key, JSON.parse(body.toString())]);
    expect(kept).toMatchObject([
      [`supervision/closed/agents/bruno/${id}.json`, { outcome: 'dropped', decision: { verdict: 'rejected' } }],
    ]);
    expect(JSON.stringify(kept)).not.toContain('tea');
  });

  test('that comes again is held once, also after its decision', async () => {
    const world = new World({ slack });
    const supervisor = await heldIn(world);
    expect(await supervisor.hold(action, event)).toBe('duplicate');
    await supervisor.answer(action, yes('slack'));
    await supervisor.settled();
    expect(await supervisor.hold(action, event)).toBe('duplicate');
    expect([world.asked, world.sent]).toEqual([['slack'], ['e-1']]);
  });

  test('needs every provider with requireAll, and one refusal is enough', async () => {
    const world = new World({ slack, custom, requireAll: true });
    const supervisor = await heldIn(world);
    expect(world.asked).toEqual(['slack', 'custom']);
    expect(await supervisor.answer(action, yes('slack'))).toEqual({ kind: 'noted' });
    expect(await supervisor.answer(action, yes('slack', 'carl'))).toEqual({ kind: 'late' });
    expect(await supervisor.answer(action, yes('custom', 'gate'))).toMatchObject({ kind: 'decided' });
    await supervisor.settled();
    expect([world.sent, world.told]).toEqual([['e-1'], ['approved by ann, gate']]);
    const other = new World({ slack, custom, requireAll: true });
    const second = await heldIn(other);
    await second.answer(action, yes('slack'));
    expect(await second.answer(action, no('custom'))).toEqual({ kind: 'decided', verdict: 'rejected' });
  });

  test.each([
    ['approve', ['e-1'], ['approved by the timeout'], [1, 0]],
    ['reject', [], ['rejected by the timeout'], [1, 0]],
    ['pending', [], [], [1, 1]],
  ])('after the timeout: %s', async (timeoutAction, sent, told, waiting) => {
    const world = new World({ slack, timeout: '10m', timeoutAction });
    const supervisor = await heldIn(world);
    world.later(599_999);
    await supervisor.look();
    expect([world.sent, world.told, world.waiting]).toEqual([[], [], [[1, 0]]]);
    world.later(1);
    await supervisor.look();
    expect([world.sent, world.told]).toEqual([sent, told]);
    await supervisor.look();
    expect(world.waiting.at(-1)).toEqual(timeoutAction === 'pending' ? waiting : [0, 0]);
  });

  test('is asked about again and again where the answer has to be fetched', async () => {
    const world = new World({ custom: { ...custom, useWebhook: false, pollInterval: '30s' } });
    const supervisor = await heldIn(world);
    world.later(29_000);
    await supervisor.look();
    expect(world.asked).toHaveLength(1);
    world.later(1000);
    world.replies = { custom: { verdict: 'approved', by: 'gate' } };
    await supervisor.look();
    expect([world.asked.length, world.sent, world.told]).toEqual([2, ['e-1'], ['approved by gate']]);
  });

  test('fails no action: a provider that cannot be asked is asked again, after a while', async () => {
    const world = new World({ slack });
    world.before = (step) => {
      if (step.startsWith('ASK')) throw new Error('Slack answers 500');
    };
    const supervisor = await heldIn(world);
    world.before = () => {};
    await supervisor.look();
    expect([world.asked, world.faults]).toEqual([[], [new Error('Slack answers 500')]]);
    world.later(2000);
    await supervisor.look();
    expect(world.asked).toEqual(['slack']);
  });

  test('fails no action: what the Broker does not take is sent later', async () => {
    const world = new World({ slack });
    const supervisor = await heldIn(world);
    world.before = () => {
      throw new Error('503');
    };
    await supervisor.answer(action, yes('slack'));
    await supervisor.settled();
    world.before = () => {};
    world.later(2000);
    await supervisor.look();
    expect([world.sent, world.told]).toEqual([['e-1'], ['approved by ann']]);
  });

  test('is answered while it is being asked about, and sent once', async () => {
    const world = new World({ slack });
    const supervisor = world.supervisor();
    world.before = async (step) => {
      if (step === 'ASK slack') await supervisor.answer(action, yes('slack'));
    };
    await supervisor.hold(action, event);
    await supervisor.settled();
    await supervisor.look();
    expect([world.sent, world.told, world.faults]).toEqual([['e-1'], ['approved by ann'], []]);
  });

  test('of an agent without an approval any more is rejected; of one that is gone too', async () => {
    for (const agent of [sampleAgent(), undefined]) {
      const world = new World({ slack });
      const supervisor = await heldIn(world);
      world.agent = agent;
      await supervisor.look();
      expect([world.sent, world.told]).toEqual([[], ['rejected by the agent has no approval any more']]);
    }
  });
});

test('what an agent sends that is not supervised goes on at once', async () => {
  const world = new World({ slack });
  world.agent = supervised({ slack }, 'agentic');
  expect(await world.supervisor().hold(action, event)).toBe('forwarded');
  expect([world.sent, world.objects.objects.size]).toEqual([['e-1'], 0]);
});

test('fails for an agent that is not there, and for one of which too many wait', async () => {
  const world = new World({ slack });
  for (let number = 0; number < 100; number += 1) {
    const reference = { agent: named, id: actionId(String(number)) };
    await world.objects.write(`supervision/open/agents/bruno/${reference.id}.json`, Buffer.from('{}'), undefined);
  }
  await expect(world.supervisor().hold(action, event)).rejects.toMatchObject({ reason: 'rate_limit_exceeded' });
  world.agent = undefined;
  await expect(world.supervisor().hold(action, event)).rejects.toBeInstanceOf(Refusal);
});

/** Never comes back, as whoever is killed. */
const killed = (): Promise<void> => new Promise(() => {});

/** As many turns as a whole life takes: whoever is killed goes no further. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 300; turn += 1) await Promise.resolve();
}

interface Life {
  readonly world: World;
  /** Step before which its first holder was killed; undefined for one that lived on. */
  killedBefore: string | undefined;
  /** What the first holder has said is done: nobody sends that again. */
  readonly acknowledged: string[];
}

/** A whole life of an action whose holder is killed before one step; then another one takes over. */
async function lifeKilledBefore(step: number): Promise<Life> {
  const world = new World({ slack });
  const life: Life = { world, killedBefore: undefined, acknowledged: [] };
  let steps = 0;
  const next = (name: string): Promise<void> | void => {
    steps += 1;
    if (life.killedBefore === undefined && steps > step) life.killedBefore = name;
    return life.killedBefore === undefined ? undefined : killed();
  };
  [world.before, world.objects.before] = [next, next];
  await Promise.race([live(life), turns()]);
  [world.before, world.objects.before] = [() => {}, () => {}];
  world.later(61_000);
  await live(life);
  return life;
}

async function live({ acknowledged, world }: Life): Promise<void> {
  const supervisor = world.supervisor();
  if (!acknowledged.includes('held')) acknowledged.push(await supervisor.hold(action, event));
  await supervisor.settled();
  await supervisor.look();
  if (!acknowledged.includes('answered')) {
    await supervisor.answer(action, yes('slack'));
    acknowledged.push('answered');
  }
  await supervisor.settled();
  await supervisor.look();
}

test('an action is neither lost nor sent as another one, whenever its holder is killed', async () => {
  const sentTwice: string[] = [];
  let steps = 0;
  for (let life = await lifeKilledBefore(0); life.killedBefore !== undefined; life = await lifeKilledBefore(steps)) {
    const { killedBefore, world } = life;
    expect([...world.objects.objects.keys()]).toEqual([`supervision/closed/agents/bruno/${id}.json`]);
    expect([killedBefore, new Set(world.sent)]).toEqual([killedBefore, new Set(['e-1'])]);
    expect(world.told).toContain('approved by ann');
    if (world.sent.length > 1) sentTwice.push(killedBefore);
    steps += 1;
  }
  expect(steps).toBeGreaterThan(20);
  // between the answer of the Broker and the note of it nobody can know: it comes again with the same id
  expect(sentTwice).toEqual(['SENT', `WRITE supervision/closed/agents/bruno/${id}.json`]);
});
