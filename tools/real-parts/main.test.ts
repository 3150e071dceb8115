import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parts } from './parts.ts';

const program = join(import.meta.dirname, 'main.ts');
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'knative-lambda-parts-'));
  mkdirSync(join(folder, 'bin'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Puts a stand-in for go on PATH: it names a version, and does `build` when it is to build. */
function installGo(version: string, build: string): void {
  const script = `#!/bin/sh\nif [ "$1" = env ]; then echo ${version}; exit; fi\n${build}\n`;
  writeFileSync(join(folder, 'bin/go'), script, { mode: 0o755 });
}

function makePart(...options: readonly string[]) {
  return spawnSync(process.execPath, ['--import', 'tsx', program, ...options], {
    encoding: 'utf8',
    env: { PATH: join(folder, 'bin'), KNATIVE_LAMBDA_CACHE: join(folder, 'cache') },
  });
}

const writesTarget =
  'while [ "$1" != -o ]; do shift; done; echo program > "$2"; echo built >> "$KNATIVE_LAMBDA_CACHE/builds"';

describe('real-parts', () => {
  test('makes a part once and finds it from then on', () => {
    installGo('go1.26.0', writesTarget);
    const [first, second] = [makePart('--part', 'promtool'), makePart('--part', 'promtool')];
    expect(first.stderr).toMatch(/^promtool: started \(0 s\)\npromtool: ready \(\d+ s\)\n$/);
    expect(second).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout.split('  ')[1]).toBe(second.stdout.split('  ')[1]);
    expect(readdirSync(join(folder, 'cache/parts/promtool'))).toHaveLength(1);
  });

  test('finds a part without Go once it is there', () => {
    installGo('go1.26.0', writesTarget);
    makePart('--part', 'promtool');
    rmSync(join(folder, 'bin/go'));
    expect(makePart('--part', 'promtool')).toMatchObject({ status: 0, stderr: '' });
  });

  test('lists what is missing with the command that makes it', () => {
    expect(makePart('--list').stdout).toContain('missing, make it with: make real-parts PART=promtool');
  });

  test('fails on an unknown part and names the known ones', () => {
    const { status, stderr } = makePart('--part', 'minikube');
    expect(status).toBe(1);
    expect(stderr).toBe(`unknown part: got minikube, allowed are ${parts.map(({ name }) => name).join(', ')}\n`);
  });

  test('fails without Go and says which version to install', () => {
    const { status, stderr } = makePart('--part', 'promtool');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^no program named go on PATH, needed is Go [\d.]+ or newer: install Go/);
  });

  test('fails with a Go that is too old', () => {
    installGo('go1.20.14', '');
    const { status, stderr } = makePart('--part', 'promtool');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Go is too old: got go1\.20\.14, needed is go[\d.]+ or newer: install Go/);
  });

  test('fails to unpack packages without the package manager of Debian, also where there is no Go', () => {
    const { status, stderr } = makePart('--part', 'rabbitmq');
    expect(status).toBe(1);
    expect(stderr).toContain('no program named apt-get on PATH; Debian and Ubuntu have it');
    expect(readdirSync(join(folder, 'cache/parts/rabbitmq'))).toEqual([]);
  });

  test('fails with the last lines of a package manager that cannot fetch', () => {
    writeFileSync(join(folder, 'bin/apt-get'), '#!/bin/sh\necho "E: Unable to locate package" >&2; exit 100\n', {
      mode: 0o755,
    });
    const { status, stderr } = makePart('--part', 'rabbitmq');
    expect(status).toBe(1);
    expect(stderr).toContain('apt-get failed: E: Unable to locate package');
  });

  test.each([
    { fault: 'a refused module', said: 'reading x.mod: 403 Forbidden', told: 'a refused version stays refused' },
    { fault: 'a full disk', said: 'write x.a: no space left on device', told: 'it takes about 4 GiB' },
  ])('fails on $fault with the last lines of go and leaves nothing half-made', ({ said, told }) => {
    installGo('go1.26.0', `echo "${said}" >&2; exit 1`);
    const { status, stderr } = makePart('--part', 'promtool');
    expect(status).toBe(1);
    expect(stderr).toContain(told);
    expect(stderr).toContain(said);
    expect(stderr).not.toContain('    at ');
    expect(readdirSync(join(folder, 'cache/parts/promtool'))).toEqual([]);
  });
});
