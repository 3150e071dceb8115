import { describe, expect, jest, test } from '@jest/globals';
import * as fc from 'fast-check';
import { z } from 'zod';

type Parse = (rawHeaders: readonly string[], body: Buffer, now: Date) => unknown;

const callable = z.custom<(...args: readonly unknown[]) => unknown>((value) => typeof value === 'function');
// plain JavaScript, so its types do not come with it
const path: string = './wrapper/event.js';
const { parseRequest } = z.object({ parseRequest: callable }).parse(await import(path));
const parse: Parse = (...request) => parseRequest(...request);

/** `make fuzz` sets it; else a test runs as many cases as a unit test may. */
const fuzzSeconds = Number(process.env['FUZZ_SECONDS'] ?? '0');
const runs =
  fuzzSeconds === 0
    ? { numRuns: 300 }
    : { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: fuzzSeconds * 1000, markInterruptAsFailure: false };

jest.setTimeout((fuzzSeconds + 60) * 1000);

const now = new Date(0);

const contentType = fc.oneof(
  fc.constantFrom(
    'application/json',
    'application/cloudevents+json',
    'application/cloudevents-batch+json; charset=utf-8',
    'text/plain; charset="utf-8"',
    'application/octet-stream',
    'application/cloudevents+xml',
  ),
  fc.string(),
);

const headerName = fc.oneof(
  fc.constantFrom('ce-id', 'ce-source', 'ce-type', 'ce-specversion', 'Ce-Time', 'ce-tenant', 'content-encoding'),
  fc.string(),
);

const headers = fc
  .array(fc.tuple(headerName, fc.oneof(fc.constantFrom('1.0', '%', '%C3', '""', '"\\'), fc.string())), {
    maxLength: 12,
  })
  .map((pairs) => pairs.flat());

const event = fc.record(
  {
    specversion: fc.constantFrom('1.0', '0.3', 1),
    id: fc.oneof(fc.string(), fc.integer()),
    source: fc.string(),
    type: fc.string(),
    time: fc.oneof(fc.string(), fc.constant(null)),
    datacontenttype: contentType,
    data: fc.jsonValue(),
    data_base64: fc.oneof(fc.base64String(), fc.string()),
    tenant: fc.jsonValue(),
    __proto__: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

const body = fc.oneof(
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.json().map((text) => Buffer.from(text)),
  event.map((value) => Buffer.from(JSON.stringify(value))),
  fc.array(event).map((value) => Buffer.from(JSON.stringify(value))),
);

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
      fc.property(contentType, headers, body, (type, others, bytes) => {
        expect(['read', 'UnreadableEvent']).toContain(outcomeOf([['Content-Type', type, ...others], bytes, now]));
      }),
      runs,
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
