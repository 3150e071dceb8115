import { describe, expect, test } from '@jest/globals';
import { type Environment, environmentSchema, readEnvironments, readReleases } from '../stacks/index.ts';
import { synthesizeEnvironment } from './synth.ts';

const inputs = { releases: readReleases(), sealedSecrets: new Map() };

/** The same environment, which tells of each flag that somebody reads. */
function watched(environment: Environment, onRead: (flag: PropertyKey) => void): Environment {
  const features = new Proxy(environment.features, {
    get(flags, flag) {
      onRead(flag);
      return Reflect.get(flags, flag);
    },
  });
  return { ...environment, features };
}

/** Flags that the synthesis of no environment reads. */
function unreadFlags(environments: readonly Environment[], flags: readonly string[]): readonly string[] {
  const read = new Set<PropertyKey>();
  for (const environment of environments) {
    synthesizeEnvironment(
      watched(environment, (flag) => read.add(flag)),
      inputs,
    );
  }
  return flags.filter((flag) => !read.has(flag));
}

describe('a feature flag', () => {
  const environments = readEnvironments();
  const flags = Object.keys(environmentSchema.shape.features.shape);

  test('is read by the synthesis of some environment', () => {
    expect(flags).not.toEqual([]);
    expect(unreadFlags(environments, flags)).toEqual([]);
  });

  test('fails when it is declared and set but nobody reads it', () => {
    const extended = environments.map((environment) => {
      const features = { ...environment.features, forgotten: true };
      return { ...environment, features };
    });
    expect(unreadFlags(extended, [...flags, 'forgotten'])).toEqual(['forgotten']);
  });
});
