import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './usage-error.ts';

/**
 * Options and the one thing that they are about.
 * @throws UsageError on what the command does not know
 */
export function parseOptions<Options extends NonNullable<ParseArgsConfig['options']>>(
  typed: readonly string[],
  { options, subject }: { readonly options: Options; readonly subject: string },
) {
  const { values, positionals } = parse(typed, options);
  const [first, ...others] = positionals;
  if (first === undefined || others.length > 0) {
    throw new UsageError(`${subject}: got ${positionals.join(' ') || 'none'}, allowed one; --help lists the options`);
  }
  return { values, subject: first };
}

function parse<Options extends NonNullable<ParseArgsConfig['options']>>(typed: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...typed], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : ''}; --help lists the options`, { cause: error });
  }
}
