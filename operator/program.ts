import { ConfigurationError } from './configuration-error.ts';

/** Runs a program: help on --help, a wrong configuration as its lines and exit code 1, a bug with its stack. */
export async function runProgram(usage: string, args: readonly string[], work: () => Promise<void>): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage);
    return;
  }
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
