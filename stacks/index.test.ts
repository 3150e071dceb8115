import { describe, expect, test } from '@jest/globals';
import { ConfigurationError, findEnvironment, readEnvironments } from './index.ts';

const environments = readEnvironments();

describe('readEnvironments', () => {
  test('answers the seven environments in reading order', () => {
    expect(environments.map(({ name }) => name)).toEqual([
      'dev',
      'staging',
      'prd',
      'pro',
      'pro-1-node',
      'studio',
      'studio-1-node',
    ]);
  });

  test('answers the same values each time', () => {
    expect(readEnvironments()).toEqual(environments);
  });
});

describe('findEnvironment', () => {
  test.each(environments)('finds $name', (environment) => {
    expect(findEnvironment(environments, environment.name)).toBe(environment);
  });

  test.each(['qa', '', 'DEV', '__proto__'])('fails on %j with the known names', (name) => {
    const find = (): unknown => findEnvironment(environments, name);
    expect(find).toThrow(ConfigurationError);
    expect(find).toThrow(
      `environment: got ${JSON.stringify(name)}, allowed dev, staging, prd, pro, pro-1-node, studio, studio-1-node`,
    );
  });
});
