import type { EnvVar } from 'kubernetes-types/core/v1.d.ts';
import type { LambdaAgentSpec } from '../api/index.ts';
import { canonicalJson } from '../specs/applied-object.ts';
import { literalVariable, secretVariable, variable } from '../specs/environment-variable.ts';

type Memory = NonNullable<LambdaAgentSpec['memory']>;

/** Variables that say what the agent remembers, and where. */
export function memoryVariables(memory: Memory | undefined): readonly EnvVar[] {
  if (memory === undefined) return [];
  if (!memory.enabled) return [variable('MEMORY_ENABLED', false)];
  const { defaultConstraints, longTerm, shortTerm, userMemory, workingMemory } = memory;
  return [
    variable('MEMORY_ENABLED', true),
    variable('MEMORY_SCHEMA', memory.schema),
    ...shortTermVariables(shortTerm),
    ...longTermVariables(longTerm),
    ...flags('MEMORY_USER', {
      ENABLED: userMemory?.enabled,
      STORE_PREFERENCES: userMemory?.storePreferences,
      STORE_FACTS: userMemory?.storeFacts,
    }),
    ...flags('MEMORY_WORKING', {
      ENABLED: workingMemory?.enabled,
      TRACK_DECISIONS: workingMemory?.trackDecisions,
      TRACK_PROGRESS: workingMemory?.trackProgress,
    }),
    ...(defaultConstraints === undefined
      ? []
      : [literalVariable('MEMORY_CONSTRAINTS', canonicalJson(defaultConstraints))]),
  ];
}

function shortTermVariables(shortTerm: Memory['shortTerm']): readonly EnvVar[] {
  if (shortTerm === undefined) return [];
  const { backend, enabled, redisSecretRef, ttlSeconds } = shortTerm;
  return [
    variable('MEMORY_SHORT_TERM_ENABLED', enabled),
    variable('MEMORY_SHORT_TERM_BACKEND', backend),
    variable('MEMORY_SHORT_TERM_TTL_SECONDS', ttlSeconds),
    ...(redisSecretRef === undefined ? [] : [secretVariable('REDIS_URL', redisSecretRef)]),
  ];
}

function longTermVariables(longTerm: Memory['longTerm']): readonly EnvVar[] {
  if (longTerm === undefined) return [];
  const { backend, enabled, postgresSecretRef } = longTerm;
  return [
    variable('MEMORY_LONG_TERM_ENABLED', enabled),
    variable('MEMORY_LONG_TERM_BACKEND', backend),
    ...(postgresSecretRef === undefined ? [] : [secretVariable('POSTGRES_URL', postgresSecretRef)]),
  ];
}

function flags(prefix: string, values: Readonly<Record<string, boolean | undefined>>): readonly EnvVar[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [variable(`${prefix}_${name}`, value)],
  );
}
