import { expect, jest, test } from '@jest/globals';
import * as fc from 'fast-check';
import { fuzzing, type RandomRequest, randomRequest } from '../runtimes/random-request.ts';
import { type Decoded, decode, type HttpMessage } from './decode.ts';
import { toEventJson } from './event-json.ts';
import { Refusal } from './refusal.ts';

jest.setTimeout(fuzzing.timeoutMs);
const limits = { batchSize: 100 };

/** As Node.js hands it over: names in lower case, a list where one came twice. */
function toMessage({ body, headers }: RandomRequest): HttpMessage {
  const given = new Map<string, string[]>();
  for (const [name, value] of headers) given.set(name.toLowerCase(), [...(given.get(name.toLowerCase()) ?? []), value]);
  const entries = [...given].map(([name, values]) => [name, values.length === 1 ? values[0] : values] as const);
  return { body, headers: Object.fromEntries(entries) };
}

function tryToDecode(message: HttpMessage): Decoded | Refusal {
  try {
    return decode(message, limits);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

test('any request is refused with 4xx, or has events that are the same when they are sent again', () => {
  fc.assert(
    fc.property(randomRequest, (request) => {
      const decoded = tryToDecode(toMessage(request));
      if (decoded instanceof Refusal) return decoded.status >= 400 && decoded.status < 500;
      const events = decoded.kind === 'one' ? [decoded.event] : decoded.events;
      const again = tryToDecode({
        headers: { 'content-type': 'application/cloudevents-batch+json' },
        body: Buffer.from(JSON.stringify(events.map(toEventJson))),
      });
      expect(JSON.parse(JSON.stringify(again))).toEqual(JSON.parse(JSON.stringify({ kind: 'batch', events })));
      return true;
    }),
    fuzzing.runs,
  );
});
