import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { runProgram } from './process-group.ts';

const node = (script: string) => ({ command: process.execPath, arguments: ['-e', script] });

/** A process that has ended may wait for its parent to notice. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}

test('a collected program returns its exit code and what it printed', async () => {
  const script = 'process.stdout.write("out "); process.stderr.write("err"); process.exitCode = 3';
  await expect(runProgram({ ...node(script), output: 'collect' })).resolves.toEqual({ code: 3, output: 'out err' });
});

test('fails when there is no such program', async () => {
  const program = { command: './no-such-program', arguments: [], output: 'collect' } as const;
  await expect(runProgram(program)).rejects.toThrow('ENOENT');
});

test('a second signal ends what the program started, though it ignores the first', async () => {
  const idle = 'setInterval(() => {}, 1000)';
  const middle = `const child = require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(idle)}]);
    console.log(child.pid); process.on("SIGTERM", () => {}); ${idle}`;
  const module = join(import.meta.dirname, 'process-group.ts');
  const owner = `import { runProgram } from ${JSON.stringify(module)};
    await runProgram({ command: process.execPath, arguments: ["-e", ${JSON.stringify(middle)}], output: "inherit" })
      .catch(({ signal }) => console.log(signal));`;
  const program = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', owner], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  const { value: pid } = await lines.next();
  program.kill('SIGTERM');
  await sleep(200);
  program.kill('SIGINT');
  await expect(lines.next()).resolves.toMatchObject({ value: 'SIGTERM' });
  for (let tries = 0; isRunning(Number(pid)) && tries < 50; tries += 1) await sleep(20);
  expect(isRunning(Number(pid))).toBe(false);
});
