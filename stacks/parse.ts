import { z } from 'zod';
import { ConfigurationError } from './configuration-error.ts';
import { type Environment, environmentSchema } from './environment.ts';
import { faultLines, type Origin } from './fault.ts';
import { isolationFaults } from './isolation.ts';
import { relationFaults } from './relations.ts';
import { ruleFaults } from './rules.ts';
import { dnsLabel } from './schema/names.ts';

const named = z.object({ name: dnsLabel });

function originOf(value: unknown, position: number): Origin {
  const parsed = named.safeParse(value);
  return parsed.success
    ? { name: parsed.data.name, file: `stacks/${parsed.data.name}.ts` }
    : { name: `environment ${position + 1}`, file: 'its file in stacks/' };
}

interface Outcome {
  readonly environments: readonly Environment[];
  readonly faults: readonly string[];
}

function parseOne(value: unknown, position: number): Outcome {
  const parsed = environmentSchema.safeParse(value);
  return parsed.success
    ? { environments: [parsed.data], faults: ruleFaults(parsed.data) }
    : { environments: [], faults: faultLines(parsed.error.issues, value, originOf(value, position)) };
}

/**
 * All environments from values: each one alone, the rules between its settings, and what holds between all of them.
 * @throws ConfigurationError with every fault, one line each
 */
export function parseEnvironments(values: readonly unknown[]): readonly Environment[] {
  const outcomes = values.map(parseOne);
  const environments = outcomes.flatMap((outcome) => outcome.environments);
  const faults = [
    ...outcomes.flatMap((outcome) => outcome.faults),
    ...isolationFaults(environments),
    // an environment that could not be read would seem to be absent
    ...(environments.length === values.length ? relationFaults(environments) : []),
  ];
  if (faults.length > 0) {
    throw new ConfigurationError(faults);
  }
  return environments;
}
