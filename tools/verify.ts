import { runProgram } from './testing/process-group.ts';
import { runChecked } from './testing/usage.ts';
import { chooseSteps, type Step, steps } from './verification/steps.ts';

const help = `usage: make verify [STEPS="name ..."]
       node --import tsx tools/verify.ts [name ...]

Runs the checks that a change must pass, quickest first, and stops at the first that fails.

  name     only these: ${steps.map(({ name }) => name).join(', ')}
  --help   this text
`;

/** What the failed command of a step printed, or nothing when all went well. */
async function findFault(step: Step): Promise<string | undefined> {
  for (const [name = '', ...options] of step.commands) {
    const command = name === 'node' ? process.execPath : name;
    const output = step.isLong ? 'inherit' : 'collect';
    const ending = await runProgram({ command, arguments: options, output });
    if (ending.code !== 0) return ending.output;
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
  for (const step of chooseSteps(names)) {
    if (!(await isPassed(step))) return 1;
  }
  return 0;
}

process.exitCode = await runChecked(help, {}, ({ positionals }) => verify(positionals));
