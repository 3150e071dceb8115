import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import { parseAnswer } from '../../operator/fetch/index.ts';
import { startHttpServer } from './http-server.ts';

jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-fetch-program-'));
const program = join(folder, 'fetch.cjs');
const mount = join(folder, 'mount');
const termination = join(folder, 'termination');

const planOf = (source: object): string =>
  JSON.stringify({
    source,
    credentials: { kind: 'none' },
    runtime: { language: 'python', version: '3.12', handler: 'main.handler' },
    trustedHosts: ['127.0.0.1'],
    target: join(folder, 'workspace', 'context'),
  });

function start(words: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess {
  const env = { TERMINATION_LOG: termination, ...environment };
  return spawn(process.execPath, [program, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

interface Ending {
  readonly code: unknown;
  readonly printed: string;
}

async function end(child: ChildProcess): Promise<Ending> {
  const [printed, [code]] = await Promise.all([child.stdout === null ? '' : text(child.stdout), once(child, 'close')]);
  return { code, printed };
}

const run = (...parameters: Parameters<typeof start>): Promise<Ending> => end(start(...parameters));
const readAnswer = () => parseAnswer(readFileSync(termination, 'utf8'));

beforeAll(() => {
  buildSync({
    entryPoints: ['operator/fetch/main.ts'],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  });
  for (const name of ['mount', 'workspace']) mkdirSync(join(folder, name));
  const wrapper = join(dirname(program), 'wrappers', 'python');
  mkdirSync(wrapper, { recursive: true });
  writeFileSync(join(wrapper, 'main.py'), 'serve()');
  // as the kubelet lays out a ConfigMap
  mkdirSync(join(folder, 'mount/..2026_01_01'));
  writeFileSync(join(mount, '..2026_01_01', 'main.py'), 'print(1)');
  mkdirSync(join(folder, 'mount/..2026_01_01/lib'));
  writeFileSync(join(mount, '..2026_01_01', 'lib', 'a.py'), 'a');
  symlinkSync('..2026_01_01', join(folder, 'mount/..data'));
  symlinkSync('..data/main.py', join(folder, 'mount/main.py'));
  symlinkSync('..data/lib', join(folder, 'mount/lib'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the program', () => {
  test('prints help', async () => {
    const { code, printed } = await run(['--help']);
    expect(printed).toContain('Usage: fetch [--resolve] [--plan FILE]');
    expect(code).toBe(0);
  });

  test('makes a context of inline files, and says so in the termination message', async () => {
    const plan = join(folder, 'plan.json');
    writeFileSync(plan, planOf({ type: 'inline', folder: mount }));
    const { code, printed } = await run(['--plan', plan]);
    expect(readAnswer()).toMatchObject({ outcome: 'fetched', files: 2, bytes: 9, version: { kind: 'digest' } });
    expect(parseAnswer(printed)).toEqual(readAnswer());
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'workspace/context/app/main.py'), 'utf8')).toBe('print(1)');
    expect(readFileSync(join(folder, 'workspace/context/runtime/main.py'), 'utf8')).toBe('serve()');
    expect(readFileSync(join(folder, 'workspace/context/Dockerfile'), 'utf8')).toContain('COPY app/ /app/');
    expect(readFileSync(join(folder, 'workspace/context/app/lib/a.py'), 'utf8')).toBe('a');
  });

  test('resolves without a workspace', async () => {
    const { code } = await run(['--resolve'], { FETCH_PLAN: planOf({ type: 'inline', folder: mount }) });
    expect(readAnswer()).toMatchObject({ outcome: 'resolved', version: { kind: 'digest' } });
    expect(code).toBe(0);
  });

  test('fails on inline files that are not those that were resolved', async () => {
    const plan: unknown = JSON.parse(planOf({ type: 'inline', folder: mount }));
    const FETCH_PLAN = JSON.stringify(Object.assign({}, plan, { expected: { kind: 'digest', value: 'sha256:0' } }));
    expect(await run([], { FETCH_PLAN })).toMatchObject({ code: 3 });
    expect(readAnswer()).toMatchObject({ reason: 'SourceChanged', retryable: true });
  });

  test.each([
    ['without a plan', {}, 'plan: got none'],
    ['with a plan that is no JSON', { FETCH_PLAN: '{' }, 'FETCH_PLAN: got no JSON'],
    ['with a plan of another version', { FETCH_PLAN: planOf({ type: 'svn' }) }, 'FETCH_PLAN: source.type'],
  ])('fails %s', async (_what, environment, message) => {
    expect(await run([], environment)).toMatchObject({ code: 2 });
    expect(readAnswer()).toMatchObject({ reason: 'PlanInvalid', message: expect.stringContaining(message) });
  });

  test('fails with an unknown option', async () => {
    expect(await run(['--fast'])).toMatchObject({ code: 2 });
    expect(readAnswer()).toMatchObject({
      reason: 'PlanInvalid',
      message: expect.stringContaining('--help lists the options'),
    });
  });

  test('fails when the pod goes, and leaves nothing', async () => {
    const asked = new AbortController();
    const server = await startHttpServer(() => asked.abort());
    const source = { type: 's3', endpoint: server.origin, addressing: 'path', region: 'r', bucket: 'b', key: 'k' };
    const child = start([], { FETCH_PLAN: planOf(source) });
    await once(asked.signal, 'abort');
    child.kill('SIGTERM');
    expect(await end(child)).toMatchObject({ code: 3 });
    await server.stop();
    expect(readAnswer()).toMatchObject({ reason: 'Interrupted', retryable: true });
    expect(readdirSync(join(folder, 'workspace'))).toEqual([]);
  });

  test('fails when it cannot write, saying that it is no fault of the author', async () => {
    const plan: unknown = JSON.parse(planOf({ type: 'inline', folder: mount }));
    const FETCH_PLAN = JSON.stringify(Object.assign({}, plan, { target: join(folder, 'nowhere', 'context') }));
    expect(await run([], { FETCH_PLAN })).toMatchObject({ code: 1 });
    expect(readAnswer()).toMatchObject({ reason: 'InternalError', retryable: true });
  });
});
