import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';
import { systemClock } from '../../operator/kube/clock.ts';
import type { DeadLetter } from '../../operator/receiver/dead-letter.ts';
import type { LetterQuery } from '../../operator/receiver/dead-letters/letter-query.ts';
import { LetterStore } from '../../operator/receiver/dead-letters/letter-store.ts';
import { openBucket } from '../../operator/receiver/dead-letters/object-store.ts';
import { replay } from '../../operator/receiver/dead-letters/replay.ts';
import { sendByBroker } from '../../operator/receiver/dead-letters/send-again.ts';
import { ObjectServer } from '../broker/object-server.ts';
import { readThresholds } from './thresholds.ts';
import { judge, judgeAtMost } from './verdict.ts';

const thresholds = readThresholds(
  z.object({ letters: z.strictObject({ count: z.number(), pageMs: z.number(), replayedPerSecond: z.number() }) }),
).letters;

const namespace = 'team';
const functions = 20;
const [rare, often] = ['forbidden', 'undeliverable'] as const;
const begin = Date.parse('2026-01-01T00:00:00Z');

function letter(number: number): DeadLetter {
  return {
    original: {
      kind: 'event',
      event: {
        id: `event-${number}`,
        source: '/bench',
        type: 'order.placed',
        subject: `${namespace}/function-${number % functions}`,
        time: undefined,
        dataContentType: undefined,
        dataSchema: undefined,
        extensions: {},
        data: { kind: 'json', value: { number, text: 'x'.repeat(200) } },
      },
    },
    namespace,
    reason: number % 10_000 === 9999 ? rare : often,
    message: 'the function answers 500',
    refusedAt: new Date(begin + number * 1000).toISOString(),
    attempts: undefined,
    deaths: [],
    handedInBy: '',
  };
}

let drawn = 0;
const newId = (): string => String((drawn += 1)).padStart(8, '0');

const onFault = (error: unknown): never => {
  throw error;
};

function open(endpoint: string, bucket: string): LetterStore {
  const keys = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const store = openBucket({ endpoint, bucket, prefix: '', region: 'us-east-1' }, () => keys);
  return new LetterStore({ store, today: () => new Date(), newId, onFault });
}

/** As many as come at the same time through one receiver. */
const together = 500;

async function keepAll(letters: LetterStore): Promise<void> {
  for (let start = 0; start < thresholds.count; start += together) {
    await Promise.all(Array.from({ length: together }, (_, index) => letters.keep(letter(start + index))));
  }
}

const deep = new Date(begin + 90_000_000).toISOString();
const questions: readonly Omit<LetterQuery, 'namespace'>[] = [
  {},
  { reason: rare },
  { function: 'function-7' },
  { type: 'order.placed', since: deep },
  { until: deep, function: 'function-19' },
  { type: 'of nobody' },
];

/** Milliseconds of each page, a letter that has just come among them, as `GET /dlq/letters` makes it. */
async function timePages(letters: LetterStore): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    for (const question of questions) {
      await letters.keep(letter(thresholds.count + times.length));
      let after: string | undefined;
      for (let page = 0; page < 3; page += 1) {
        const startedAt = performance.now();
        await letters.refresh();
        const query = { namespace, ...question };
        const found = letters.page(query, { after, limit: 100 });
        letters.count(query);
        times.push(performance.now() - startedAt);
        after = found.next;
      }
    }
  }
  return times;
}

/** Stands where the Broker's ingress does; what it got, in order. */
async function startIngress() {
  const got: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        got.push(z.object({ id: z.string() }).parse(JSON.parse(Buffer.concat(chunks).toString())).id);
        response.writeHead(202).end();
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return { got, url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

const replayedLetters = 3000;

/** Of one function: one event after the other, which is the slowest there is. */
async function judgeReplay(letters: LetterStore): Promise<boolean> {
  const ingress = await startIngress();
  const query = { namespace, function: 'function-3' };
  const before = letters.count(query);
  const { letters: found } = letters.page(query, { after: undefined, limit: replayedLetters });
  const startedAt = performance.now();
  const report = await replay(
    { letters, send: sendByBroker(() => ingress.url), clock: systemClock, onSent: () => {} },
    { letters: found, perSecond: 100_000, signal: new AbortController().signal },
  );
  const perSecond = report.replayed / ((performance.now() - startedAt) / 1000);
  ingress.close();
  const wanted = found.map(({ entry }) => entry.event?.id);
  const isInOrder = ingress.got.length === wanted.length && ingress.got.every((id, index) => id === wanted[index]);
  const left = letters.count(query);
  return [
    judge(
      'replay of one function',
      perSecond >= thresholds.replayedPerSecond,
      `${perSecond.toFixed(0)} events a second, bar ${thresholds.replayedPerSecond}`,
    ),
    judge('replay in order, each removed', isInOrder && left === before - replayedLetters, `${left} left`),
  ].every((isGood) => isGood);
}

/** Stores, finds and sends dead letters again. */
export async function judgeLetters(): Promise<boolean> {
  const server = await ObjectServer.start();
  try {
    const startedAt = performance.now();
    await keepAll(open(server.endpoint, server.bucket));
    const stored = performance.now() - startedAt;
    const letters = open(server.endpoint, server.bucket);
    const openedAt = performance.now();
    await letters.refresh();
    const opened = performance.now() - openedAt;
    const objects = server.objects.objects.size;
    const times = await timePages(letters);
    const worst = Math.max(...times);
    const shown = `${worst.toFixed(0)} ms; ${thresholds.count} letters in ${objects} objects, stored in ${(stored / 1000).toFixed(1)} s, opened in ${opened.toFixed(0)} ms`;
    const arePagesFast = judgeAtMost('slowest of 90 pages', worst, thresholds.pageMs, shown);
    return (await judgeReplay(letters)) && arePagesFast;
  } finally {
    await server.stop();
  }
}
