import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ContextRequest } from './context.ts';
import { renderFrom } from './render.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'knative-lambda-wrappers-'));
  mkdirSync(join(folder, 'nodejs', 'lib'), { recursive: true });
  writeFileSync(join(folder, 'nodejs', 'main.js'), 'main');
  writeFileSync(join(folder, 'nodejs', 'lib', 'log.js'), 'log');
});
afterAll(() => rmSync(folder, { recursive: true }));

const request = (more: Partial<ContextRequest> = {}): ContextRequest => ({
  language: 'nodejs',
  version: '22',
  handler: 'index.handler',
  files: ['index.js', 'package.json', 'lib/package-lock.json'],
  read: () => Promise.reject(new Error('nobody reads')),
  ...more,
});

test('a context gets the Dockerfile of its language and the wrapper with its folders', async () => {
  const files = await renderFrom(folder)(request());
  expect([...files.keys()].toSorted()).toEqual([
    '.dockerignore',
    'Dockerfile',
    'runtime/lib/log.js',
    'runtime/main.js',
  ]);
  expect(files.get('Dockerfile')).toContain('ENV HANDLER=index.handler');
});

test('only manifests in the root of the code decide how its dependencies are installed', async () => {
  const files = await renderFrom(folder)(request());
  expect(files.get('Dockerfile')).toContain('npm install');
  expect(files.get('Dockerfile')).not.toContain('package-lock.json');
});

test('fails for a version of a language that has no image, with those that have one', async () => {
  await expect(renderFrom(folder)(request({ version: '8' }))).rejects.toMatchObject({
    reason: 'Unsupported',
    message: 'version of nodejs: got "8", allowed 20, 21, 22, 23, 24',
  });
});

test('what a go function has in its folder vendor is not downloaded', async () => {
  mkdirSync(join(folder, 'go'), { recursive: true });
  const dockerfileOf = async (...files: readonly string[]): Promise<unknown> =>
    (await renderFrom(folder)(request({ language: 'go', version: '1.25', files }))).get('Dockerfile');
  expect(await dockerfileOf('go.mod', 'main.go')).toContain('-download');
  expect(await dockerfileOf('go.mod', 'main.go', 'vendor/modules.txt')).not.toContain('-download');
});
