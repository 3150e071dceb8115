import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../stacks/index.ts';

const program = `
const { createRequire } = await import('node:module');
const require = createRequire(process.cwd() + '/');
const isLoaded = () => Object.keys(require.cache).some((path) => /node_modules.(typescript|@npmcli.arborist)./.test(path));
const pulumi = require('@pulumi/pulumi');
const before = isLoaded();
const { text } = await pulumi.runtime.serializeFunction(() => 42);
console.log(JSON.stringify({ before, after: isLoaded(), text: text.includes('return () => 42') || text.includes('return ()=>42') }));
`;

test('spares a program TypeScript and npm until it asks for the source of a function', () => {
  const { stdout } = spawnSync(
    process.execPath,
    [
      '--no-warnings',
      '--import',
      'tsx',
      '--import',
      'knative-lambda/lazy-closures',
      '--input-type=module',
      '--eval',
      program,
    ],
    { cwd: projectRoot, encoding: 'utf8' },
  );
  expect(JSON.parse(stdout)).toEqual({ before: false, after: true, text: true });
});
