import { ConfigurationError } from '../../stacks/index.ts';
import type { Target } from './verb.ts';

type Variables = Target['variables'];

/** A variable that may be left out. */
export function optional(variables: Variables, name: string, otherwise: string): string {
  const value = variables[name] ?? '';
  return value === '' ? otherwise : value;
}

/**
 * A variable that matches a pattern.
 * @throws ConfigurationError saying what is allowed
 */
export function required(
  variables: Variables,
  name: string,
  allowed: { readonly pattern: RegExp; readonly text: string },
): string {
  const value = variables[name] ?? '';
  if (allowed.pattern.test(value)) return value;
  throw new ConfigurationError([
    `${name}: got ${value === '' ? 'nothing' : JSON.stringify(value)}, allowed ${allowed.text}; add ${name}=value`,
  ]);
}

/** A name of a Kubernetes object. */
export const objectName = {
  pattern: /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
  text: 'a name of lower-case letters, digits and hyphens',
} as const;

/**
 * How long a verb waits, for kubectl wait.
 * @throws ConfigurationError when it is no duration
 */
export const timeoutOf = (variables: Variables, otherwise: string): string =>
  required({ TIMEOUT: optional(variables, 'TIMEOUT', otherwise) }, 'TIMEOUT', {
    pattern: /^[1-9][0-9]*[smh]$/,
    text: 'a duration such as 90s or 10m',
  });

/** Matches one of these words. */
export const anyOf = (words: readonly string[]): RegExp =>
  new RegExp(`^(${words.map((word) => word.replaceAll('.', String.raw`\.`)).join('|')})$`);
