import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

/** Runs the check as if this Node had another version. */
function check(version: string) {
  const path = JSON.stringify(join(import.meta.dirname, 'check-node.cjs'));
  const script = `Object.defineProperty(process.versions, 'node', { value: '${version}' }); require(${path});`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  return { status, stderr };
}

test.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('Node %s is new enough', (version) => {
  expect(check(version)).toEqual({ status: 0, stderr: '' });
});

test.each(['20.18.9', '18.20.4', '6.0.0'])('fails on Node %s with one line', (version) => {
  const stderr = `node: got ${version}, needed 20.19 or newer; install a newer Node.js\n`;
  expect(check(version)).toEqual({ status: 1, stderr });
});
