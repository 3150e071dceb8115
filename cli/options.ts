import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './usage-error.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * Options and the one thing that they are about.
 * @throws UsageError on what the command does not know
 */
export function parseOptions<Known extends Options>(
  typed: readonly string[],
  { options, subject }: { readonly options: Known; readonly subject: string },
) {
  const { values, positionals } = parseWords(typed, options);
  const [first, ...others] = positionals;
  if (first === undefined || others.length > 0) {
    throw new UsageError(`${subject}: got ${positionals.join(' ') || 'none'}, allowed one; --help lists the options`);
  }
  return { values, subject: first };
}

/**
 * Options, and the words beside them.
 * @throws UsageError on an option that is not known
 */
export function parseWords<Known extends Options>(typed: readonly string[], options: Known) {
  try {
    return parseArgs({ args: [...typed], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : ''}; --help lists the options`, { cause: error });
  }
}
