import { describe, expect, test } from '@jest/globals';
import { parseAnswer, printAnswer, toFailure } from './answer.ts';
import { FetchError } from './failure.ts';
import { Secrets } from './secrets.ts';

describe('the answer of a run', () => {
  test('fits into the termination message, however long the cause is', () => {
    for (const text of ['x'.repeat(10_000), '"\\\n'.repeat(5000), '\u{1F600}'.repeat(3000), '\u0001'.repeat(3000)]) {
      const printed = printAnswer(toFailure(new FetchError('NotFound', text), new Secrets()));
      expect(Buffer.byteLength(printed)).toBeLessThanOrEqual(4096);
      expect(parseAnswer(printed)).toMatchObject({ outcome: 'failed', reason: 'NotFound', retryable: false });
    }
  });

  test('says of a bug that it is one, and may pass', () => {
    const failure = toFailure(new TypeError('x is not a function'), new Secrets());
    expect(failure).toMatchObject({ reason: 'InternalError', retryable: true });
    expect(failure.message).toContain('TypeError: x is not a function');
  });

  test('says that the disk is full', () => {
    const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
    expect(toFailure(full, new Secrets())).toMatchObject({ reason: 'WorkspaceFull', retryable: true });
  });

  test.each(['', 'OOMKilled', '{}', '{"outcome":"failed","reason":"Other","message":"","retryable":true}'])(
    'is none as %j',
    (text) => {
      expect(parseAnswer(text)).toBeUndefined();
    },
  );
});

describe('a message', () => {
  test('shows no secret, in none of its forms, and nothing before the @ of a URL', () => {
    const secrets = new Secrets();
    secrets.remember('s3cr+t/value\n');
    const { message } = toFailure(
      new FetchError('Forbidden', `s3cr+t/value s3cr%2Bt%2Fvalue ${btoa('s3cr+t/value')} https://me:pw@host/x`),
      secrets,
    );
    expect(message).toBe('[redacted] [redacted] [redacted] https://[redacted]@host/x');
  });
});
