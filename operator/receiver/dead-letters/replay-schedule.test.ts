import { expect, test } from '@jest/globals';
import type { LetterEntry } from './letter-entry.ts';
import { isDue, replayWaitsMs } from './replay-schedule.ts';

const now = Date.parse('2026-01-02T12:00:00Z');

const entry = (ageMs: number, over: Partial<LetterEntry> = {}): LetterEntry => ({
  namespace: 'team',
  function: 'hello',
  time: new Date(now - ageMs).toISOString(),
  token: 't',
  reason: 'undeliverable',
  event: { id: 'e', source: '/s', type: 't' },
  code: '503',
  replays: 0,
  isProven: true,
  arrived: 0,
  ...over,
});

test.each(replayWaitsMs.map((waitMs, replays) => [replays, waitMs] as const))(
  'after %d replays an event waits %d ms for the next one',
  (replays, waitMs) => {
    expect(isDue(entry(waitMs - 1, { replays }), now)).toBe(false);
    expect(isDue(entry(waitMs, { replays }), now)).toBe(true);
  },
);

const hour = 3_600_000;

test.each([
  ['failed as often as it is tried', entry(10 * hour, { replays: replayWaitsMs.length })],
  ['was refused for good', entry(hour, { reason: 'forbidden' })],
  ['was rejected by who reads its queue', entry(hour, { reason: 'rejected' })],
  ['is no event', entry(hour, { event: undefined, reason: 'undecodable' })],
  ['has a reason that nobody knows', entry(hour, { reason: 'of a later release' })],
  ['is older than a day', entry(25 * hour)],
  ['was handed in by nobody knows whom', entry(hour, { isProven: false })],
])('a letter that %s is never sent by itself', (_title, letter) => {
  expect(isDue(letter, now)).toBe(false);
});
