import { parseArgs, type ParseArgsConfig } from 'node:util';
import { Interruption } from './process-group.ts';

/** A fault in what was typed: shown as its text, never with a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Runs a command. Unlike runCommand it loads nothing of the product: what checks the sources must start when they are broken.
 * @returns its exit code: that of `run`, 0 after help, 1 after a wrong argument; a signal ends the process by that signal
 */
export async function runChecked<Options extends NonNullable<ParseArgsConfig['options']>>(
  help: string,
  options: Options,
  run: (parsed: ReturnType<typeof parse<Options>>) => Promise<number>,
): Promise<number> {
  try {
    if (process.argv.includes('--help') || process.argv.includes('-h')) {
      process.stdout.write(help);
      return 0;
    }
    return await run(parse(options));
  } catch (error) {
    if (error instanceof Interruption) process.kill(process.pid, error.signal);
    else if (error instanceof UsageError) process.stderr.write(`${error.message}\n`);
    else throw error;
    return 1;
  }
}

function parse<Options extends NonNullable<ParseArgsConfig['options']>>(options: Options) {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? `${error.message}; --help lists the options` : '', { cause: error });
  }
}
