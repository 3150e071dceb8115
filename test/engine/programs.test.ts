import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { projectRoot } from '../../stacks/index.ts';
import { writePrograms } from './programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-programs-'));
const programs = join(folder, 'programs');

function versionOf(dependency: string): string {
  const text = readFileSync(join(projectRoot, 'package.json'), 'utf8');
  return (
    z.object({ dependencies: z.object({ [dependency]: z.string() }) }).parse(JSON.parse(text)).dependencies[
      dependency
    ] ?? ''
  );
}

function install(path: string, name: string): void {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, name), `#!/bin/sh\necho real ${name} "$@"\n`, { mode: 0o755 });
}

beforeAll(() => {
  const plugins = join(folder, 'home', 'plugins');
  install(join(folder, 'bin'), 'pulumi-language-nodejs');
  install(join(plugins, `resource-kubernetes-v${versionOf('@pulumi/kubernetes')}`), 'pulumi-resource-kubernetes');
  install(join(plugins, 'resource-aws-v0.0.1'), 'pulumi-resource-aws');
  writePrograms(programs, { PATH: join(folder, 'bin'), PULUMI_HOME: join(folder, 'home') });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (name: string): string => spawnSync(join(programs, name), ['--version'], { encoding: 'utf8' }).stdout;

test.each(['pulumi-language-nodejs', 'pulumi-resource-kubernetes'])(
  '%s is the real one where it is installed',
  (name) => {
    expect(run(name)).toBe(`real ${name} --version\n`);
  },
);

test('the stand-in takes the place of a plugin that has another version than the package', () => {
  expect(readFileSync(join(programs, 'pulumi-resource-aws'), 'utf8')).toContain('aws-provider.ts');
});
