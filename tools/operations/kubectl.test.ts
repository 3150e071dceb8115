import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../stacks/index.ts';

const program = `
import { once } from 'node:events';
import { Kubectl } from './tools/operations/kubectl.ts';
const kubectl = new Kubectl('here');
const outcome = await kubectl.heedSignals(async () => {
  const told = once(process, 'SIGINT');
  const alive = setInterval(() => {}, 1000);
  process.kill(process.pid, 'SIGINT');
  await told;
  clearInterval(alive);
  return kubectl.run(['version']);
});
console.log(JSON.stringify({ interrupted: kubectl.interrupted, outcome }));
`;

test('between two commands ctrl-C lets the work say what was done, and starts no other command', () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', program],
    { cwd: projectRoot, encoding: 'utf8' },
  );
  expect({ stdout: stdout.trim(), stderr }).toEqual({
    stdout: JSON.stringify({ interrupted: true, outcome: { stdout: '', stderr: '' } }),
    stderr: '',
  });
});
