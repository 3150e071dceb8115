import { ConfigurationError } from '../stacks/index.ts';

/** Runs a command of `make`: help on --help, a wrong input as its lines and exit code 1, a bug with its stack. */
export async function runCommand(usage: string, run: () => void | Promise<void>): Promise<void> {
  if (process.argv.includes('--help') || process.argv.includes('-h')) {
    process.stdout.write(usage);
    return;
  }
  // a reader such as head may stop before the end
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  try {
    await run();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) {
      throw error;
    }
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
