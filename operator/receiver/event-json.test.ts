import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { decode } from './decode.ts';
import { toEventJson } from './event-json.ts';

const word = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 });
const optional = fc.option(word, { nil: undefined });
const data = fc.oneof(
  fc.constant({ kind: 'none' } as const),
  fc.jsonValue({ maxDepth: 3 }).map((value) => ({ kind: 'json', value }) as const),
  fc.uint8Array({ minLength: 1 }).map((bytes) => ({ kind: 'bytes', bytes: Buffer.from(bytes) }) as const),
);
const events = fc.record({
  id: word,
  source: fc.webUrl({ withFragments: true }),
  type: word,
  subject: optional,
  time: fc.constantFrom(undefined, '2026-01-01T00:00:00Z'),
  dataContentType: fc.constantFrom(undefined, 'image/png'),
  dataSchema: fc.option(fc.webUrl(), { nil: undefined }),
  extensions: fc.dictionary(fc.constantFrom('correlationid', 'sequence', 'traceparent'), word),
  data,
});

test('an event that is written is the event that is read', () => {
  fc.assert(
    fc.property(events, (event) => {
      const message = {
        headers: { 'content-type': 'application/cloudevents+json' },
        body: Buffer.from(JSON.stringify(toEventJson(event))),
      };
      // JSON has one zero
      const expected = JSON.parse(JSON.stringify({ kind: 'one', event }));
      expect(JSON.parse(JSON.stringify(decode(message, { batchSize: 1 })))).toEqual(expected);
    }),
  );
});
