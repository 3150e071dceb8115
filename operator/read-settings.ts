import type { z } from 'zod';
import { ConfigurationError } from './configuration-error.ts';
import { faultLines } from './fault-lines.ts';
import { type FlagSchema, parseFlags } from './flags.ts';

/** What a program is told, by its arguments and its variables. */
export interface Given {
  readonly args: readonly string[];
  /** An empty variable counts as absent. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Flags and variables as their schemas have them.
 * @throws ConfigurationError with one line for each fault
 */
export function readSettings<Flags extends FlagSchema, Variables extends z.ZodType>(
  schemas: { readonly flags: Flags; readonly variables: Variables },
  { args, environment }: Given,
): { readonly flags: z.output<Flags>; readonly variables: z.output<Variables> } {
  const typed = parseFlags(Object.keys(schemas.flags.shape), args);
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const flags = schemas.flags.safeParse(typed.values);
  const variables = schemas.variables.safeParse(given);
  const faults = [
    ...typed.faults,
    ...faultLines(flags.error, typed.values, '--'),
    ...faultLines(variables.error, given, ''),
  ];
  if (faults.length > 0 || !flags.success || !variables.success) throw new ConfigurationError(faults);
  return { flags: flags.data, variables: variables.data };
}
