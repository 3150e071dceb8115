import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import * as fc from 'fast-check';
import { z } from 'zod';
import { localNodejs } from '../../operator/runtimes/index.ts';
import { fuzzing, type RandomRequest, randomRequest } from '../../operator/runtimes/random-request.ts';

const callable = z.custom<(...args: readonly unknown[]) => unknown>((value) => typeof value === 'function');

async function importFunction(file: string, name: string) {
  const module: unknown = await import(join(localNodejs.folder, file));
  return z.object({ [name]: callable }).parse(module)[name] ?? (() => undefined);
}

const parseRequest = await importFunction('event.js', 'parseRequest');
const parseJson = await importFunction('media-type.js', 'parseJson');

const event = z.object({
  attributes: z.record(z.string(), z.unknown()),
  data: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('json'), text: z.string() }),
    z.object({ kind: z.literal('value'), value: z.unknown() }),
    z.object({ kind: z.literal('bytes'), bytes: z.instanceof(Uint8Array) }),
  ]),
});

const received = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('single'), event }),
  z.object({ kind: z.literal('batch'), events: z.array(event) }),
]);

/** What a decoder makes of a request. */
const decoded = z.object({
  kind: z.enum(['unreadable', 'ReceivedEvent', 'ReceivedBatch']),
  events: z.array(z.object({ attributes: z.record(z.string(), z.unknown()), data: z.unknown() })).default([]),
});

type Decoded = z.output<typeof decoded>;

function dataOf(data: z.output<typeof event>['data']): unknown {
  switch (data.kind) {
    case 'json':
      return parseJson(data.text, 'data');
    case 'value':
      return data.value;
    case 'bytes':
      return { base64: Buffer.from(data.bytes).toString('base64') };
  }
}

function decodeHere({ headers, body }: RandomRequest): Decoded {
  try {
    const request = received.parse(parseRequest(headers.flat(), body, new Date(0)));
    const events = request.kind === 'single' ? [request.event] : request.events;
    return {
      kind: request.kind === 'single' ? 'ReceivedEvent' : 'ReceivedBatch',
      events: events.map(({ attributes, data }) => ({ attributes, data: dataOf(data) })),
    };
  } catch (error) {
    if (error instanceof Error && error.name === 'UnreadableEvent') return { kind: 'unreadable', events: [] };
    throw error;
  }
}

/** Numbers as JavaScript has them, absent attributes left out, and no id that a decoder has made up. */
function comparable({ kind, events }: Decoded): unknown {
  const text = JSON.stringify({
    kind,
    events: events.map(({ attributes, data }) => ({
      attributes: Object.fromEntries(
        Object.entries(attributes).filter(
          ([name, value]) => value !== null && !(name === 'id' && attributes['source'] === 'direct'),
        ),
      ),
      data,
    })),
  });
  return JSON.parse(text);
}

/** What can come in a header: the parser of HTTP refuses the rest. */
const canBeSent = ({ headers }: RandomRequest): boolean =>
  headers.every(([name, value]) => /^[!-~]+$/.test(name) && /^[\t -~]*$/.test(value) && value === value.trim());

/**
 * Holds the decoder of a language against that of nodejs. Its program reads requests from stdin, one a line of JSON, and
 * writes what it makes of each.
 */
export function describeDecoder(language: string, start: () => ChildProcess): void {
  jest.setTimeout(fuzzing.timeoutMs);

  describe.each([language])('the decoder of %s', () => {
    let child: ChildProcess;
    let answers: AsyncIterator<string>;

    beforeAll(() => {
      child = start();
      if (child.stdout === null) throw new Error('the decoder has no stdout');
      answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    });

    afterAll(() => void child.kill());

    async function decodeThere({ headers, body }: RandomRequest): Promise<Decoded> {
      child.stdin?.write(`${JSON.stringify({ headers, body: body.toString('base64') })}\n`);
      const { value } = await answers.next();
      return decoded.parse(JSON.parse(z.string().parse(value)));
    }

    test('reads of a request what the decoder of nodejs reads, or neither can', async () => {
      await fc.assert(
        fc.asyncProperty(randomRequest.filter(canBeSent), async (request) => {
          expect(comparable(await decodeThere(request))).toEqual(comparable(decodeHere(request)));
        }),
        fuzzing.runs,
      );
    });
  });
}
