import { expect, test } from '@jest/globals';
import { FakeClock } from '../../kube/fake-clock.ts';
import { MetricRegistry } from '../../telemetry/metric-registry.ts';
import type { DeadLetter } from '../dead-letter.ts';
import { receiverTelemetry } from '../receiver-telemetry.ts';
import { careForLetters } from './care.ts';
import { LetterStore } from './letter-store.ts';
import { MemoryObjects } from './memory-objects.ts';
import { Pace } from './pace.ts';

const now = Date.parse('2026-01-01T12:00:00Z');
const never = new AbortController().signal;

function letter(id: string, ageMs: number, over: Partial<DeadLetter> = {}): DeadLetter {
  return {
    original: {
      kind: 'event',
      event: {
        id,
        source: '/s',
        type: 't',
        subject: 'team/hello',
        time: undefined,
        dataContentType: undefined,
        dataSchema: undefined,
        extensions: {},
        data: { kind: 'none' },
      },
    },
    namespace: 'team',
    reason: 'undeliverable',
    message: 'answers 503',
    refusedAt: new Date(now - ageMs).toISOString(),
    attempts: undefined,
    deaths: [],
    handedInBy: 'system:serviceaccount:team:default',
    ...over,
  };
}

let drawn = 0;
const newId = (): string => String((drawn += 1)).padStart(6, '0');
const today = (): Date => new Date(now);

function world({ hasTurn = true } = {}) {
  const store = new MemoryObjects();
  const faults: unknown[] = [];
  const onFault = (error: unknown): void => void faults.push(error);
  const letters = new LetterStore({ store, today, newId, onFault });
  const clock = new FakeClock();
  const sent: unknown[] = [];
  const stop = new AbortController();
  const props = {
    letters,
    store,
    clock,
    today,
    onFault,
    onSent: () => {},
    onExpired: () => {},
    retentionDays: undefined,
    takeTurn: async () => hasTurn,
    send: async (_namespace: string, event: Readonly<Record<string, unknown>>) => void sent.push(event['id']),
  };
  return { letters, store, clock, faults, sent, stop, run: () => careForLetters(props, stop.signal) };
}

const minute = 60_000;

test('what is due is sent by itself, and what a person has to decide about stays', async () => {
  const { clock, letters, run, sent, stop } = world();
  await letters.keep(letter('due', 6 * minute));
  await letters.keep(letter('young', minute));
  await letters.keep(letter('refused', 6 * minute, { reason: 'forbidden' }));
  await letters.keep(letter('strange', 6 * minute, { handedInBy: '' }));
  await letters.keep(letter('foreign', 6 * minute, { handedInBy: 'system:serviceaccount:other:default' }));
  const running = run();
  await clock.advance(minute);
  stop.abort();
  await running;
  expect(sent).toEqual(['due']);
  expect(letters.count({ namespace: 'team' })).toBe(4);
});

test('a replica without its turn sends nothing', async () => {
  const { clock, letters, run, sent, stop } = world({ hasTurn: false });
  await letters.keep(letter('due', 6 * minute));
  const running = run();
  await clock.advance(minute);
  stop.abort();
  await running;
  expect(sent).toEqual([]);
});

test('a store that does not answer is asked again', async () => {
  const { clock, faults, letters, run, sent, stop, store } = world();
  await letters.keep(letter('due', 6 * minute));
  store.before = () => {
    throw new Error('503');
  };
  const running = run();
  await clock.advance(minute);
  expect(faults.length).toBeGreaterThan(1);
  store.before = () => {};
  await clock.advance(minute);
  stop.abort();
  await running;
  expect(sent).toEqual(['due']);
});

test('turns come at the rate that was asked for', async () => {
  const clock = new FakeClock();
  const pace = new Pace(10, clock);
  let turns = 0;
  const running = (async () => {
    for (; turns < 21; turns += 1) await pace.turn(never);
  })();
  await clock.advance(1000);
  expect(turns).toBe(11);
  await clock.advance(1000);
  await running;
});

test('metrics tell how many letters there are by reason, and how old the oldest is', async () => {
  const { letters } = world();
  const registry = new MetricRegistry();
  const telemetry = receiverTelemetry(registry, new FakeClock());
  telemetry.storedLetters(letters.catalogue, today);
  expect(await registry.render()).toContain('knative_lambda_dlq_oldest_message_age_seconds 0\n');
  await letters.keep(letter('one', 2 * minute));
  await letters.keep(letter('two', minute));
  telemetry.replayed('failed');
  const text = await registry.render();
  expect(text).toContain('knative_lambda_dlq_stored_messages{reason="undeliverable"} 2\n');
  expect(text).toContain('knative_lambda_dlq_stored_messages{reason="forbidden"} 0\n');
  expect(text).toContain('knative_lambda_dlq_oldest_message_age_seconds 120\n');
  expect(text).toContain('knative_lambda_dlq_replays_total{result="failed"} 1\n');
});
