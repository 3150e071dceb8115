import { expect, test } from '@jest/globals';
import { eventType } from './event-type.ts';

test.each(['*', 'io.homelab.chat.message', 'io.homelab.*', 'a.b', 'io.homelab/chat.x-y_z', 'a..b'])(
  '%s is an event type',
  (text) => {
    expect(eventType.safeParse(text).success).toBe(true);
  },
);

test.each(['', 'chat', '.a', 'a.', 'a.b ', 'a.b\n', 'a.ä', `a.${'b'.repeat(255)}`])('fails on %j', (text) => {
  expect(eventType.safeParse(text).success).toBe(false);
});
