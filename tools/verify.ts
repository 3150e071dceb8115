import { stripVTControlCharacters } from 'node:util';
import { colourVariables } from './testing/colour.ts';
import { runProgram } from './testing/process-group.ts';
import { runChecked } from './testing/usage.ts';
import { chooseSteps, type Step, steps } from './verification/steps.ts';

const help = `usage: make verify [STEPS="name ..."]
       node --import tsx tools/verify.ts [name ...]

Runs the checks that a change must pass, one line each, and shows what a failed one printed.
All quick checks run; the tests run only when no quick check has failed.

  name     only these: ${steps.map(({ name }) => name).join(', ')}
  --help   this text
`;

/** What the failed command of a step printed, or nothing when all went well. */
async function findFault(step: Step): Promise<string | undefined> {
  for (const [name = '', ...options] of step.commands) {
    const command = name === 'node' ? process.execPath : name;
    const output = step.isLong ? 'inherit' : 'collect';
    const environment = step.isLong ? {} : colourVariables(process.stdout, process.env);
    const ending = await runProgram({ command, arguments: options, output, environment });
    // some programs take CI for a terminal whatever they are told
    if (ending.code !== 0) return process.stdout.isTTY ? ending.output : stripVTControlCharacters(ending.output);
  }
  return undefined;
}

async function isPassed(step: Step): Promise<boolean> {
  const startedAt = performance.now();
  const fault = await findFault(step);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const verdict = fault === undefined ? 'ok' : 'failed';
  process.stdout.write(`${step.name.padEnd(10)} ${verdict.padEnd(6)} ${seconds.padStart(6)} s\n${fault ?? ''}`);
  return fault === undefined;
}

async function verify(names: readonly string[]): Promise<number> {
  let code = 0;
  for (const step of chooseSteps(names)) {
    if (step.isLong && code !== 0) process.stdout.write(`${step.name.padEnd(10)} left out after a fault\n`);
    else if (!(await isPassed(step))) code = 1;
  }
  return code;
}

process.exitCode = await runChecked(help, {}, ({ positionals }) => verify(positionals));
