import { describe, expect, jest, test } from '@jest/globals';
import * as fc from 'fast-check';
import { z } from 'zod';
import { fuzzing, randomRequest } from '../random-request.ts';

type Parse = (rawHeaders: readonly string[], body: Buffer, now: Date) => unknown;

const callable = z.custom<(...args: readonly unknown[]) => unknown>((value) => typeof value === 'function');
// plain JavaScript, so its types do not come with it
const path: string = './wrapper/event.js';
const { parseRequest } = z.object({ parseRequest: callable }).parse(await import(path));
const parse: Parse = (...request) => parseRequest(...request);

jest.setTimeout(fuzzing.timeoutMs);

const now = new Date(0);

/** What came of a request: an event, or the name of the error. */
function outcomeOf(request: Parameters<Parse>): string {
  try {
    return parse(...request) === undefined ? 'nothing' : 'read';
  } catch (error) {
    return error instanceof Error ? error.name : 'no error';
  }
}

describe('the decoder of nodejs', () => {
  test('reads a request or says that it is unreadable, whatever comes', () => {
    fc.assert(
      fc.property(randomRequest, ({ headers, body }) => {
        expect(['read', 'UnreadableEvent']).toContain(outcomeOf([headers.flat(), body, now]));
      }),
      fuzzing.runs,
    );
  });

  test('what a sender encodes as the binding says arrives as it was', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((value) => !value.includes('\u0000'));
    fc.assert(
      fc.property(text, text, (subject, id) => {
        const rawHeaders = ['ce-specversion', '1.0', 'ce-type', 't', 'ce-source', 's'];
        rawHeaders.push('ce-id', encodeURIComponent(id), 'ce-subject', encodeURIComponent(subject));
        expect(parse(rawHeaders, Buffer.from('null'), now)).toMatchObject({
          event: { attributes: { id, subject } },
        });
      }),
      { numRuns: 300 },
    );
  });
});
