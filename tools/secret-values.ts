import { randomBytes } from 'node:crypto';
import type { RequiredSecret } from '../charts/required-secrets.ts';
import { secretLabels } from '../charts/required-secrets.ts';
import { ConfigurationError, type Environment } from '../stacks/index.ts';

/** Secrets of one name, one in each namespace that needs it. */
export function chooseSecret(
  { name: environment, secrets }: Pick<Environment, 'name' | 'secrets'>,
  required: readonly RequiredSecret[],
  name: string,
): readonly RequiredSecret[] {
  const isGenerated = required.some((secret) => secret.name === name && secret.generated === true);
  if (secrets.backend === 'external' && isGenerated) {
    throw new ConfigurationError([
      `SECRET: got ${name}, which is generated in the cluster of ${environment}; seal nothing`,
    ]);
  }
  if (secrets.backend === 'external') {
    throw new ConfigurationError([
      `ENV: got ${environment}, whose secrets come from AWS Secrets Manager; put the value under ${secrets.prefix}/${name === '' ? '<name>' : name} there`,
    ]);
  }
  const chosen = required.filter((secret) => secret.name === name);
  if (chosen.length === 0) {
    const known = [...new Set(required.map((secret) => secret.name))].join(', ') || 'none';
    throw new ConfigurationError([`SECRET: got ${JSON.stringify(name)}, allowed ${known} in ${environment}`]);
  }
  return chosen;
}

/** Lines KEY=VALUE; everything after the first equals sign is the value. */
export function parseValues(text: string, keys: readonly string[]): ReadonlyMap<string, string> {
  const given = new Map(
    text
      .split(/\r?\n/)
      .filter((line) => line !== '')
      .map((line): [string, string] => {
        const at = line.indexOf('=');
        return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
      }),
  );
  const missing = keys.filter((key) => (given.get(key) ?? '') === '');
  const unknown = [...given.keys()].filter((key) => !keys.includes(key));
  const faults = [
    ...missing.map((key) => `${key}: missing or empty; give a line ${key}=value`),
    // the name of an unknown key may be a value that lost its key, so it is not shown
    ...unknown.map(() => `standard input: got a key that is not allowed; allowed ${keys.join(', ')}`),
  ];
  if (faults.length > 0) {
    throw new ConfigurationError(faults);
  }
  return given;
}

/** Random values for keys whose values nobody has to know: 32 letters, digits, hyphens and underscores each. */
export function generateValues(keys: readonly string[]): ReadonlyMap<string, string> {
  return new Map(keys.map((key) => [key, randomBytes(24).toString('base64url')]));
}

/** The Secret that kubeseal encrypts. */
export function buildSecret({ name, namespace, ...secret }: RequiredSecret, values: ReadonlyMap<string, string>) {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace,
      labels: secretLabels(secret),
      ...(secret.annotations === undefined ? {} : { annotations: secret.annotations }),
    },
    type: 'Opaque',
    stringData: { ...secret.known, ...Object.fromEntries(secret.keys.map((key) => [key, values.get(key) ?? ''])) },
  };
}
