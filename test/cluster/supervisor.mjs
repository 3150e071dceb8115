// Plain JavaScript: it starts in 40 ms and holds no compiler in memory as long as the control plane runs.
import { spawn } from 'node:child_process';
import { openSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * Starts and stops programs for its parent and ends them all when its standard input closes, however the parent died.
 * Input: one JSON object a line, `{ name, path, arguments, environment, log }` to start or `{ name, signal }`.
 * Output: one JSON object a line for each program that ended, `{ name, ending }`.
 */
const [runFolder] = process.argv.slice(2);
const running = new Map();

function start({ name, path, arguments: programArguments, environment, log }) {
  const logFile = openSync(log, 'a');
  // A group of its own, so that one signal reaches the program and whatever it starts.
  const child = spawn(path, programArguments, {
    cwd: runFolder,
    detached: true,
    // a quarter less to compute for twice the memory
    env: { PATH: process.env.PATH, HOME: runFolder, GOGC: '400', ...environment },
    stdio: ['ignore', logFile, logFile],
  });
  const ended = new Promise((resolve) => {
    const end = (ending) => {
      running.delete(name);
      process.stdout.write(`${JSON.stringify({ name, ending })}\n`);
      resolve();
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
  });
  running.set(name, { child, ended });
}

function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

async function stopAll() {
  const all = [...running.values()];
  for (const { child } of all) signalGroup(child, 'SIGKILL');
  await Promise.all(all.map(({ ended }) => ended));
  rmSync(runFolder, { recursive: true, force: true, maxRetries: 5 });
  process.exit();
}

process.stdout.on('error', () => {});
process.on('uncaughtException', (error) => {
  process.stdout.write(`${JSON.stringify({ name: 'supervisor', ending: error.message })}\n`);
  void stopAll();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stopAll);

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const command = JSON.parse(line);
    if ('path' in command) start(command);
    else if (running.has(command.name)) signalGroup(running.get(command.name).child, command.signal);
  })
  .on('close', stopAll);
