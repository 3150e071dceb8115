import { describe, expect, test } from '@jest/globals';
import { sampleAgent } from '../agent/sample.ts';
import { MemoryVersioned } from '../receiver/dead-letters/memory-versioned.ts';
import { budgetSecret } from './budget-path.ts';
import { usedOf } from './ledger.ts';
import { LedgerStore } from './ledger-store.ts';
import { budgetRoutes } from './routes.ts';

const key = 'k'.repeat(32);
const bruno = { namespace: 'agents', name: 'bruno' };
const day = '2026-01-01';
const id = '00000000-0000-4000-8000-000000000001';
const call = { id, run: 'a'.repeat(32), usage: { input: 40, output: 60 }, leaseMs: 60_000 };
const settlement = { id, day, usage: { input: 10, output: 5 } };

class Killed extends Error {}

/** A receiver over a store: a new one after each kill, as Kubernetes starts it. */
function receiverOver(objects: MemoryVersioned, now = new Date('2026-01-01T12:00:00Z')) {
  const faults: unknown[] = [];
  const routes = budgetRoutes({
    store: new LedgerStore(objects),
    findAgent: ({ name }) =>
      Promise.resolve(name === 'bruno' ? sampleAgent({ budget: { perDay: { tokens: 1000 } } }) : undefined),
    keys: () => ['another', key],
    today: () => now,
    onFault: (error) => void faults.push(error),
  });
  const send = (route: keyof typeof routes, message: object, more: object = {}) =>
    routes[route]({
      agent: bruno,
      secret: budgetSecret(key, bruno),
      body: Buffer.from(JSON.stringify(message)),
      correlationId: 'c',
      ...more,
    });
  return { send, faults };
}

/** Kills at the n-th request to the store, before it has its effect; no later one arrives either. */
function killAt(objects: MemoryVersioned, request: number): void {
  let seen = 0;
  objects.before = () => {
    seen += 1;
    if (seen >= request) throw new Killed();
  };
}

/** Tokens after the lease of the call, as the next receiver counts them. */
async function usedLater(objects: MemoryVersioned): Promise<number> {
  objects.before = () => {};
  return usedOf(await new LedgerStore(objects).read(bruno, day)).tokens;
}

const grants = { status: 200, body: { kind: 'granted', delayMs: 0, day } };

describe('a receiver that is killed', () => {
  test.each([1, 2, 3, 4])('at step %i of a call has its successor count the call once', async (step) => {
    const objects = new MemoryVersioned();
    killAt(objects, step);
    const first = receiverOver(objects);
    const wasGranted = (await first.send('reserve', call)).status === 200;
    const wasSettled = wasGranted && (await first.send('settle', settlement)).status === 200;
    objects.before = () => {};
    const next = receiverOver(objects);
    // as a meter does that heard no answer
    const again = wasGranted ? grants : await next.send('reserve', call);
    expect(again).toMatchObject(grants);
    expect(await usedLater(objects)).toBe(wasSettled ? 15 : 100);
    const settled = wasSettled ? { body: { kind: 'settled' } } : await next.send('settle', settlement);
    expect(settled).toMatchObject({ body: { kind: 'settled' } });
    expect(await next.send('settle', settlement)).toMatchObject({ body: { kind: 'late' } });
    expect(await usedLater(objects)).toBe(15);
  });

  test('after a write whose answer is lost counts the call once', async () => {
    const objects = new MemoryVersioned();
    const { write } = objects;
    const lossy = Object.assign(new MemoryVersioned(), {
      read: objects.read,
      write: async (...args: Parameters<typeof write>) => {
        await write(...args);
        throw new Killed();
      },
    });
    expect((await receiverOver(lossy).send('reserve', call)).status).toBe(503);
    expect(await receiverOver(objects).send('reserve', call)).toMatchObject(grants);
    expect(await usedLater(objects)).toBe(100);
  });

  test('with a meter that never comes back leaves what was reserved as used', async () => {
    const objects = new MemoryVersioned();
    await receiverOver(objects).send('reserve', call);
    const later = receiverOver(objects, new Date('2026-01-01T13:00:00Z'));
    expect(await later.send('settle', settlement)).toMatchObject({ body: { kind: 'late' } });
    expect(await later.send('used', {})).toMatchObject({ status: 200, body: { day, tokens: 100, micros: 0 } });
  });
});

test('two replicas count every call of many at once', async () => {
  const objects = new MemoryVersioned();
  const [one, other] = [receiverOver(objects), receiverOver(objects)];
  const calls = Array.from({ length: 40 }, (_, index) => ({
    ...call,
    id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    usage: { input: 1, output: 1 },
  }));
  const answers = await Promise.all(calls.map((each, index) => (index % 2 === 0 ? one : other).send('reserve', each)));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(await usedLater(objects)).toBe(80);
});

test('a call that begins before midnight is settled on its own day', async () => {
  const objects = new MemoryVersioned();
  await receiverOver(objects, new Date('2026-01-01T23:59:59Z')).send('reserve', call);
  const next = receiverOver(objects, new Date('2026-01-02T00:00:10Z'));
  expect(await next.send('settle', settlement)).toMatchObject({ body: { kind: 'settled' } });
  expect(await usedLater(objects)).toBe(15);
  expect(await next.send('used', {})).toMatchObject({ body: { day: '2026-01-02', tokens: 0 } });
});

test('the ledger of a day goes five weeks later', async () => {
  const objects = new MemoryVersioned();
  await receiverOver(objects).send('reserve', call);
  await receiverOver(objects, new Date('2026-02-05T00:00:00Z')).send('reserve', call);
  expect([...objects.objects.keys()]).toEqual(['budgets/agents/bruno/2026-02-05.json']);
});

describe('a request about a budget', () => {
  test('fails with the secret of another agent, and of none', async () => {
    const { send } = receiverOver(new MemoryVersioned());
    for (const secret of ['', budgetSecret(key, { ...bruno, name: 'other' }), budgetSecret('old', bruno)]) {
      expect((await send('reserve', call, { secret })).status).toBe(503);
    }
  });

  test('fails for an agent that is gone', async () => {
    const agent = { namespace: 'agents', name: 'gone' };
    const answer = await receiverOver(new MemoryVersioned()).send('reserve', call, {
      agent,
      secret: budgetSecret(key, agent),
    });
    expect(answer).toMatchObject({ status: 422, body: { error: 'unknown_target' } });
  });

  test.each([{}, { ...call, id: '../x' }, { ...call, run: 'hostile' }, { ...call, usage: { input: -1, output: 0 } }])(
    'fails for %j, without saying it again',
    async (message) => {
      const answer = await receiverOver(new MemoryVersioned()).send('reserve', message);
      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer)).not.toContain('hostile');
    },
  );
});
