import { z } from 'zod';
import { ConfigurationError } from './configuration-error.ts';
import { type Environment, environmentSchema } from './environment.ts';
import { isolationFaults } from './isolation.ts';
import { ruleFaults } from './rules.ts';

const named = z.object({ name: z.string() });

function nameOf(value: unknown, position: number): string {
  const parsed = named.safeParse(value);
  return parsed.success ? parsed.data.name : `environment ${position + 1}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' ? Reflect.get(inner ?? {}, key) : undefined),
    value,
  );
}

function allowed(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `allowed ${issue.expected}`;
    case 'invalid_value':
      return `allowed ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `allowed ${String(issue.minimum)} or more`;
    case 'too_big':
      return `allowed ${String(issue.maximum)} or less`;
    default:
      return `allowed ${issue.message}`;
  }
}

function describeIssue(issue: z.core.$ZodIssue, value: unknown, name: string): readonly string[] {
  const path = [name, ...issue.path.map(String)].join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) => `${path}.${key}: unknown setting; remove it, or declare it in stacks/environment.ts`,
    );
  }
  const got = valueAt(value, issue.path);
  return got === undefined
    ? [`${path}: missing, ${allowed(issue)}; set it in stacks/${name}.ts`]
    : [`${path}: got ${JSON.stringify(got)}, ${allowed(issue)}; change it in stacks/${name}.ts`];
}

interface Outcome {
  readonly environments: readonly Environment[];
  readonly faults: readonly string[];
}

function parseOne(value: unknown, position: number): Outcome {
  const parsed = environmentSchema.safeParse(value);
  if (parsed.success) {
    return { environments: [parsed.data], faults: ruleFaults(parsed.data) };
  }
  const name = nameOf(value, position);
  return { environments: [], faults: parsed.error.issues.flatMap((issue) => describeIssue(issue, value, name)) };
}

/**
 * Environments from values: each one alone, the rules between its settings, and the isolation between all of them.
 * @throws ConfigurationError with every fault, one line each
 */
export function parseEnvironments(values: readonly unknown[]): readonly Environment[] {
  const outcomes = values.map(parseOne);
  const environments = outcomes.flatMap((outcome) => outcome.environments);
  const faults = [...outcomes.flatMap((outcome) => outcome.faults), ...isolationFaults(environments)];
  if (faults.length > 0) {
    throw new ConfigurationError(faults);
  }
  return environments;
}
