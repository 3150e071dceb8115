import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { DeadLetter } from '../operator/receiver/dead-letter.ts';
import { MemoryReceiver } from '../operator/receiver/memory-receiver.ts';

jest.setTimeout(120_000);

const program = join(import.meta.dirname, '..', 'cli', 'knative-lambda.mjs');
let receiver: MemoryReceiver;
let url = '';

beforeEach(async () => {
  receiver = new MemoryReceiver();
  url = `http://127.0.0.1:${await receiver.listen()}`;
});

afterEach(async () => {
  await receiver.server.close();
});

function letter(number: number, name = 'hello'): DeadLetter {
  return {
    original: {
      kind: 'event',
      event: {
        id: `e-${number}`,
        source: '/s',
        type: 'order.placed',
        subject: `team/${name}`,
        time: undefined,
        dataContentType: undefined,
        dataSchema: undefined,
        extensions: {},
        data: { kind: 'json', value: { number } },
      },
    },
    namespace: 'team',
    reason: 'undeliverable',
    message: 'answers 500',
    refusedAt: new Date(Date.parse('2026-01-01T10:00:00Z') + number * 1000).toISOString(),
    attempts: undefined,
    deaths: [],
    handedInBy: '',
  };
}

async function keep(...letters: readonly DeadLetter[]): Promise<void> {
  for (const one of letters) await receiver.stored.keep(one);
}

interface Typed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Not the synchronous one: the receiver answers from this process. */
function typedAs(token: string, ...words: readonly string[]): Promise<Typed> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, KNATIVE_LAMBDA_TOKEN: token, KNATIVE_LAMBDA_RECEIVER: url };
    const child = spawn(process.execPath, [program, 'dlq', ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
    child.once('error', reject).once('close', (code) => resolve({ code, ...text }));
  });
}

const typed = (...words: readonly string[]): Promise<Typed> => typedAs('good', ...words, '--namespace', 'team');
const left = (): number => receiver.stored.count({ namespace: 'team' });

test('letters are listed, shown, sent again in order, and purged', async () => {
  await keep(letter(1), letter(2), letter(3, 'other'));
  const listed = await typed('list', '--function', 'hello');
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  const [head, first = '', ...others] = listed.stdout.trimEnd().split('\n');
  expect(head).toMatch(/^KEY +REASON +TYPE +ID$/);
  expect(first).toMatch(/^hello\/2026-01-01T10:00:01\.000Z-[0-9a-f]{20} {2}undeliverable {2}order\.placed {2}e-1$/);
  expect(others).toHaveLength(1);
  const shown = await typed('show', first.split(' ')[0] ?? '');
  expect(JSON.parse(shown.stdout)).toMatchObject({ letter: { original: { event: { data: { number: 1 } } } } });
  const replayed = await typed('replay', '--rate', '1000', '--output', 'json');
  expect(JSON.parse(replayed.stdout)).toEqual({ replayed: 3, duplicates: 0, undecodable: 0, failed: 0, held: 0 });
  expect(replayed).toMatchObject({ code: 0, stderr: '3 of 3: 3 replayed, 0 wait\n' });
  const ids = receiver.sentAgain.map(({ id }) => id);
  expect(ids.filter((id) => id !== 'e-3')).toEqual(['e-1', 'e-2']);
  await keep(letter(4));
  expect(await typed('purge', '--yes')).toMatchObject({ code: 0, stdout: '1 letters purged\n' });
  expect(left()).toBe(0);
});

test('a dry run counts, and changes nothing', async () => {
  await keep(letter(1), letter(2));
  expect(await typed('replay', '--dry-run', '--since', '2026-01-01T10:00:02Z')).toMatchObject({
    code: 0,
    stdout: '1 letters would be replayed\n',
  });
  expect(await typed('purge', '--dry-run')).toMatchObject({ code: 0, stdout: '2 letters would be purged\n' });
  expect([receiver.sentAgain, left()]).toEqual([[], 2]);
});

test('fails with 2 where the Broker takes an event not, and keeps the order behind it', async () => {
  await keep(letter(1), letter(2), letter(3));
  receiver.refusedAgain.add('e-2');
  expect(await typed('replay')).toMatchObject({
    code: 2,
    stdout: '1 replayed, 0 duplicates, 0 undecodable, 1 failed, 1 held\n',
  });
  expect(left()).toBe(2);
});

test('fails to purge without a terminal or --yes', async () => {
  await keep(letter(1));
  expect(await typed('purge')).toMatchObject({
    code: 1,
    stderr: 'purge 1 letters of team for good: got no terminal to ask on, allowed --yes\n',
  });
  expect(left()).toBe(1);
});

test('fails for whoever may only look, and for nobody', async () => {
  await keep(letter(1));
  expect((await typedAs('reader', 'list', '--namespace', 'team')).code).toBe(0);
  const forbidden = 'system:serviceaccount:ci:reader may not update dead letters of namespace team\n';
  expect(await typedAs('reader', 'replay', '--namespace', 'team')).toMatchObject({ code: 1 });
  expect(await typedAs('reader', 'purge', '--yes', '--namespace', 'team')).toMatchObject({ code: 1 });
  expect((await typedAs('reader', 'replay', '--namespace', 'team')).stderr).toContain(forbidden);
  expect(await typedAs('nobody', 'list')).toMatchObject({ code: 1, stderr: expect.stringContaining('the token is') });
  expect(left()).toBe(1);
});

test.each([
  [[], 'dlq: got none, allowed list, show, replay, purge'],
  [['show'], 'dlq show: got no key, allowed one of dlq list'],
  [['list', '--limit', 'many'], 'limit: got many, allowed a whole number above 0'],
  [['list', '--since', 'yesterday'], 'since: got yesterday, allowed a time such as'],
  [['list', '--output', 'xml'], 'output: got xml, allowed text, json'],
  [['list', '--reason', 'bad'], '/reason: a reason of a dead letter'],
])('fails for %j with what is allowed', async (words, message) => {
  const { code, stderr } = await typed(...words);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) });
});
