import { describe, expect, test } from '@jest/globals';
import { isAlreadyExists, isConflict, isGone, parseWatchError, toApiError } from './api-error.ts';

const status = (more: object): string => JSON.stringify({ kind: 'Status', apiVersion: 'v1', ...more });

describe('a refusal', () => {
  test('has the words and the fields of the API server', () => {
    const details = { causes: [{ reason: 'FieldValueInvalid', message: 'too long', field: 'metadata.name' }] };
    const error = toApiError(422, status({ code: 422, reason: 'Invalid', message: 'is invalid', details }));
    expect(error).toMatchObject({ status: 422, reason: 'Invalid', message: 'is invalid', details: details.causes });
  });

  test('has the time to wait, from the header first', () => {
    const busy = status({ code: 429, details: { retryAfterSeconds: 2 } });
    expect(toApiError(429, busy).retryAfterMs).toBe(2000);
    expect(toApiError(429, busy, '7').retryAfterMs).toBe(7000);
    expect(toApiError(429, status({ code: 429 }), 'soon').retryAfterMs).toBeUndefined();
  });

  test('of something in between has the beginning of what it said', () => {
    const error = toApiError(502, `<html>bad gateway${' '.repeat(50)}${'x'.repeat(500)}</html>`);
    expect(error.message).toMatch(/^<html>bad gateway/);
    expect(error.message.length).toBeLessThanOrEqual(200);
    expect(toApiError(503, '').message).toBe('status 503 without a text');
  });

  test('because of the name is another one than because of the version', () => {
    const exists = toApiError(409, status({ code: 409, reason: 'AlreadyExists' }));
    const stale = toApiError(409, status({ code: 409, reason: 'Conflict' }));
    expect([isAlreadyExists(exists), isConflict(exists)]).toEqual([true, false]);
    expect([isAlreadyExists(stale), isConflict(stale)]).toEqual([false, true]);
  });

  test('inside a watch has the status that it names', () => {
    expect(isGone(parseWatchError({ kind: 'Status', code: 410, reason: 'Expired' }))).toBe(true);
    expect(parseWatchError('nonsense')).toMatchObject({ status: 500 });
  });
});
