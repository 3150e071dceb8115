import { expect, test } from '@jest/globals';
import { redact } from './redact.ts';

const messageOf = (message: string): unknown => JSON.parse(redact(JSON.stringify({ message, more: 'kept' })));

test.each([
  ['a key of AWS', `key AKIA${'A'.repeat(16)} refused`, 'key [redacted] refused'],
  ['a token of GitHub', `ghp_${'a'.repeat(24)} refused`, '[redacted] refused'],
  ['a web token', 'got eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl', 'got [redacted]'],
  ['a private key', `-----BEGIN PRIVATE KEY-----\nMIIE"vQ\n-----END PRIVATE KEY----- of it`, '[redacted] of it'],
  ['a private key that is cut off', `bad -----BEGIN EC PRIVATE KEY-----\nMIIE"vQ`, 'bad [redacted]'],
])('a line stays JSON and loses %s', (_what, message, shown) => {
  expect(messageOf(message)).toEqual({ message: shown, more: 'kept' });
});
