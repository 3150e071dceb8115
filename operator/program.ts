import { inspect } from 'node:util';
import { ConfigurationError } from './configuration-error.ts';
import { redact } from './telemetry/redact.ts';

/** Runs a program: help on --help, a wrong configuration as its lines and exit code 1, another failure with its stack. */
export async function runProgram(usage: string, args: readonly string[], work: () => Promise<void>): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage);
    return;
  }
  try {
    await work();
  } catch (error) {
    const isConfiguration = error instanceof ConfigurationError;
    process.stderr.write(`${isConfiguration ? error.message : redact(inspect(error))}\n`);
    // whatever still runs must not act any more
    process.exit(1);
  }
}
