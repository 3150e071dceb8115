import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { eventually } from '../cluster/eventually.ts';
import { findFreePorts } from '../cluster/free-ports.ts';

jest.setTimeout(180_000);

const root = join(import.meta.dirname, '../..');
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0).filter(({ exitCode }) => exitCode === null)) {
    const end = once(child, 'close');
    child.kill('SIGTERM');
    await end;
  }
});

test.each(['python-inline', 'go-inline'])('the sample %s runs as it is, and answers as it says', async (name) => {
  const [port = 0] = await findFreePorts(1);
  const sample = join(root, `samples/functions/${name}.yaml`);
  const program = join(root, 'cli/knative-lambda.mjs');
  const child = spawn(process.execPath, [program, 'run', sample, '--port', String(port)]);
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await eventually(
    () => {
      if (!output.includes('listening')) throw new Error(output);
    },
    { timeoutMs: 120_000, intervalMs: 50 },
  );
  const answer = await fetch(`http://localhost:${port}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"name": "Ada"}',
  });
  expect(await answer.json()).toMatchObject({ result: { body: { message: 'Hello, Ada!' } } });
});
