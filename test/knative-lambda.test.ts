import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { stringify } from 'yaml';
import { colourLine } from '../cli/served-function.ts';
import { eventually } from './cluster/eventually.ts';
import { findFreePorts } from './cluster/free-ports.ts';

jest.setTimeout(120_000);

const program = join(import.meta.dirname, '..', 'cli', 'knative-lambda.mjs');
const patience = { timeoutMs: 60_000, intervalMs: 50 } as const;
let folder = '';
let children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'knative-lambda-cli-'));
  children = [];
});

afterEach(async () => {
  for (const child of children.filter(({ exitCode }) => exitCode === null)) {
    child.kill('SIGTERM');
    await new Promise((resolve) => {
      child.once('close', resolve);
    });
  }
  rmSync(folder, { recursive: true });
});

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const typed = (...args: readonly string[]) => spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });

/** Starts a command that goes on, and collects what it prints. */
function started(...args: readonly string[]): { readonly child: ChildProcess; output(this: void): string } {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, output: () => text };
}

describe('run', () => {
  test('serves a file, tells it of its event, and serves it again after a change', async () => {
    const [port = 0] = await findFreePorts(1);
    const code = file('greet.mjs', 'export const handler = ({ name }) => `hello ${name}`;');
    const event = file('event.json', '{"name":"world"}');
    const { child, output } = started('run', code, '--port', String(port), '--event', event);
    await eventually(() => output().includes('"body": "hello world"'), patience);
    expect(output()).toContain(`listening on http://localhost:${port}`);
    file('greet.mjs', 'export const handler = ({ name }) => `goodbye ${name}`;');
    await eventually(() => output().includes('"body": "goodbye world"'), patience);
    child.kill('SIGINT');
    await eventually(() => child.exitCode === 0, patience);
    await expect(fetch(`http://localhost:${port}/`)).rejects.toThrow('fetch failed');
  });

  test('serves inline code of a manifest with its variables and its name', async () => {
    const [port = 0] = await findFreePorts(1);
    const manifest = file(
      'hello.yaml',
      stringify({
        apiVersion: 'lambda.knative.io/v1alpha1',
        kind: 'LambdaFunction',
        metadata: { name: 'hello', namespace: 'shop' },
        spec: {
          source: { type: 'inline', inline: { code: 'exports.handler = () => process.env.GREETING;' } },
          runtime: { language: 'nodejs', version: '20', handler: 'handler' },
          env: [{ name: 'GREETING', value: 'grüß' }],
        },
      }),
    );
    const { output } = started('run', manifest, '--port', String(port));
    await eventually(() => output().includes('listening'), patience);
    const { status, stdout, stderr } = typed('invoke', `http://localhost:${port}`, '--data', '{"a":1}');
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringContaining('200 io.knative.lambda.response.success'),
    });
    expect(JSON.parse(stdout)).toMatchObject({ functionName: 'hello', namespace: 'shop', result: { body: 'grüß' } });
  });

  test('goes on waiting when code cannot load, and says why', async () => {
    const [port = 0] = await findFreePorts(1);
    const code = file('broken.mjs', "throw new Error('no database');");
    const { output } = started('run', code, '--port', String(port));
    await eventually(() => output().includes('waiting for a change'), patience);
    expect(output()).toContain('no database');
    file('broken.mjs', 'export const handler = () => 1;');
    await eventually(() => output().includes('listening'), patience);
  });
});

test('runs python with what its code depends on, and invokes it', async () => {
  const [port = 0] = await findFreePorts(1);
  file('requirements.txt', 'cloudevents==1.12.0\n');
  const code = file(
    'greet.py',
    `from cloudevents.http import CloudEvent

def handler(data, context):
    print("greets", data["name"])
    return CloudEvent({"type": "greeting", "source": "/greeter", "tenant": "blue"}, {"text": "hello " + data["name"]})
`,
  );
  const { child, output } = started('run', code, '--port', String(port));
  await eventually(() => output().includes(`listening on http://localhost:${port}`), patience);
  const { status, stdout, stderr } = typed('invoke', `http://localhost:${port}`, '--data', '{"name":"world"}');
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('200 greeting') });
  expect(JSON.parse(stdout)).toEqual({ text: 'hello world' });
  await eventually(() => output().includes('greets world'), patience);
  file('greet.py', 'def handler(data):\n    return "goodbye " + data["name"]\n');
  await eventually(async () => {
    const again = typed('invoke', `http://localhost:${port}`, '--data', '{"name":"world"}');
    expect(JSON.parse(again.stdout)).toMatchObject({ result: { body: 'goodbye world' } });
  }, patience);
  child.kill('SIGINT');
  await eventually(() => child.exitCode === 0, patience);
});

describe('invoke', () => {
  test('fails with the code 1 and the error of a function that fails', async () => {
    const [port = 0] = await findFreePorts(1);
    const code = file('fails.mjs', "export const handler = () => { throw new TypeError('no'); };");
    const { output } = started('run', code, '--port', String(port));
    await eventually(() => output().includes('listening'), patience);
    const { status, stdout } = typed('invoke', `http://localhost:${port}`, '--type', 'order.placed');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'TypeError', message: 'no', retryable: false } });
  });

  test('fails where nobody listens', async () => {
    const [port] = await findFreePorts(1);
    const { status, stderr } = typed('invoke', `http://127.0.0.1:${port}`);
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('no answer') });
  });
});

test.each([
  [[], 'command: got none, allowed run, invoke, dlq'],
  [['fly'], 'command: got fly, allowed run, invoke, dlq'],
  [['run'], 'function: got none, allowed one'],
  [['run', 'missing.js'], 'function: got missing.js, allowed a file'],
  [['run', program, '--port', '0'], 'port: got 0, allowed 1 to 65535'],
  [['run', program, '--env', 'A'], 'env: got A, allowed NAME=VALUE'],
  [['run', program, '--fast'], '--help lists the options'],
  [['run', join(import.meta.dirname, '..', 'README.md')], 'function: got a file .md, allowed .js'],
])('fails on %j with one line', (args, message) => {
  const { status, stderr } = typed(...args);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test.each([
  ['main.py', 'python3: not found on PATH; install Python 3.10 or newer'],
  ['main.go', 'go: not found on PATH; install Go 1.22 or newer'],
])('fails to run %s where its interpreter is not installed', (name, message) => {
  const { status, stderr } = spawnSync(process.execPath, [program, 'run', file(name, '')], {
    encoding: 'utf8',
    env: { ...process.env, PATH: folder },
  });
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(message) });
});

test.each([['--help'], ['run', '--help'], ['invoke', '--help'], ['dlq', '--help']])(
  '%s %s prints the usage',
  (...args) => {
    const { status, stdout } = typed(...args.filter((arg) => typeof arg === 'string'));
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^usage: knative-lambda /) });
  },
);

test('levels have colours on a terminal only', () => {
  const line = '2026-01-02T03:04:05.678Z ERROR invocation failed error_code=TypeError';
  expect(colourLine(line, false)).toBe(line);
  expect(colourLine(line, true)).toContain('\u001B[31m ERROR ');
});

describe('route', () => {
  const table = stringify({
    intents: {
      order: { target: { kind: 'agent', namespace: 'shop', name: 'clerk' } },
      talk: { target: { kind: 'function', namespace: 'shop', name: 'talk' } },
    },
    rules: [
      { name: 'numbers', intent: 'order', priority: 5, patterns: ['ord-[0-9]+'] },
      { name: 'words', intent: 'talk', attributes: { source: '/chat/*' }, keywords: ['hello'] },
    ],
  });

  test('says where an event would go, and why', () => {
    const path = file('routes.yaml', table);
    const { status, stdout } = typed('route', path, '--text', 'hello, where is ORD-7?', '--source', '/chat/web');
    expect(stdout.split('\n')).toEqual([
      'order -> agent shop/clerk',
      'because rule numbers (priority 5) holds: pattern /ord-[0-9]+/',
      'also talk: rule words (priority 0) holds: attribute source, keyword "hello"',
      '',
    ]);
    expect(status).toBe(0);
  });

  test('reads an event, and prints JSON', () => {
    const event = file('event.json', JSON.stringify({ type: 'a.b', source: '/chat/x', data: { text: 'Hello!' } }));
    const { stdout } = typed('route', file('routes.yaml', table), '--event', event, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      decision: { kind: 'routed', name: 'talk' },
      matches: [{ rule: 'words' }],
    });
  });

  test('fails with 1 for what goes nowhere, and with one line for a table that is wrong', () => {
    const nowhere = typed('route', file('routes.yaml', table), '--text', 'good bye');
    expect([nowhere.status, nowhere.stdout]).toEqual([1, 'goes nowhere\nbecause no rule holds\n']);
    const wrong = typed('route', file('wrong.yaml', 'intents: {}\nfallback: x\n'), '--text', 'a');
    expect([wrong.status, wrong.stderr.split('wrong.yaml: ')[1]]).toEqual([
      1,
      'fallback: allowed a name under intents; change it\n',
    ]);
  });
});
