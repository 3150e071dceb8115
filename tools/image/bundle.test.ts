import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type BundledFile, bundleImage } from './bundle.ts';

let folder: string;
let files: ReadonlyMap<string, BundledFile>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'knative-lambda-bundle-'));
  files = await bundleImage(folder);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Names of the files that hold something of a package or a folder. */
const holding = (pattern: RegExp): readonly string[] =>
  [...files].filter(([, inputs]) => [...inputs.keys()].some((path) => pattern.test(path))).map(([name]) => name);

const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, [join(folder, 'main.cjs'), ...args], { encoding: 'utf8' });

describe('the bundle of the image', () => {
  test('is one file for each program, and one for each part that not every process needs', () => {
    const programs = ['main.cjs', 'controller.cjs', 'fetch.cjs', 'meter.cjs', 'receiver.cjs'];
    expect([...files.keys()]).toEqual([...programs, 'otlp.cjs', 'kubeconfig-loader.cjs']);
  });

  test('keeps the controller below 2 MB', () => {
    expect(statSync(join(folder, 'controller.cjs')).size).toBeLessThan(2_000_000);
  });

  test('keeps the receiver, with what it loads in a cluster, below 4.5 MB', () => {
    expect(statSync(join(folder, 'receiver.cjs')).size).toBeLessThan(4_500_000);
  });

  test('has the programs apart: what one needs is not in another', () => {
    expect(holding(/^operator\/controller\.ts$/)).toEqual(['controller.cjs']);
    expect(holding(/^operator\/receiver\//)).toEqual(['receiver.cjs']);
    expect(holding(/node_modules\/(fastify|ajv)\//)).toEqual(['receiver.cjs']);
  });

  test('has what is for outside a cluster, and what sends traces, in files of their own', () => {
    expect(holding(/node_modules\/@kubernetes\/client-node\//)).toEqual(['kubeconfig-loader.cjs']);
    expect(holding(/node_modules\/@opentelemetry\/(sdk|exporter|resources|otlp)/)).toEqual(['otlp.cjs']);
  });

  test('has the wrappers that fetch puts into build contexts', () => {
    expect(existsSync(join(folder, 'wrappers', 'nodejs', 'main.js'))).toBe(true);
    expect(existsSync(join(folder, 'wrappers', 'nodejs', 'tsconfig.json'))).toBe(false);
    expect(existsSync(join(folder, 'wrappers', 'go', 'go.mod'))).toBe(true);
    expect(existsSync(join(folder, 'wrappers', 'go', 'internal', 'server', 'server_test.go'))).toBe(false);
  });

  test('prepares builds with the same entry', () => {
    expect(run('--mode=fetch', '--help').stdout).toContain('FETCH_PLAN');
  });

  test('says what it takes', () => {
    const { status, stdout } = run('--help');
    expect(status).toBe(0);
    expect(stdout).toContain('--health-probe-bind-address');
  });

  test('fails without a cluster and without a kubeconfig, and says which it looked for', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'main.cjs')], {
      encoding: 'utf8',
      env: { KUBECONFIG: '/nowhere/config' },
    });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(
        /^kubeconfig \/nowhere\/config: cannot be used: .*; name a readable one in KUBECONFIG\n$/,
      ),
    });
  });

  test('fails on flags that it does not take, without a stack', () => {
    const { status, stderr } = run('--mode=fetcher', '--leader-elct');
    expect(status).toBe(1);
    expect(stderr.split('\n')).toEqual([
      expect.stringContaining('flag: got --leader-elct, allowed --mode'),
      '--mode: got "fetcher", allowed controller, fetch, meter, receiver; change it',
      '',
    ]);
  });
});
