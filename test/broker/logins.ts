import { requiredSecrets } from '../../charts/required-secrets.ts';
import type { Environment } from '../../stacks/index.ts';
import { buildSecret, generateValues } from '../../tools/secret-values.ts';
import type { Login } from './management.ts';

/** Passwords of the Secrets that objects connect or are made with, by name of the Secret. */
export type Logins = ReadonlyMap<string, Login>;

/** The Secrets of an environment that hold logins of the broker, as they would be generated. */
export function generateLogins(environment: Environment): Logins {
  const secrets = requiredSecrets(environment).filter(({ known }) => known?.['username'] !== undefined);
  return new Map(
    secrets.map((secret) => {
      const { username = '', password = '' } = buildSecret(secret, generateValues(secret.keys)).stringData;
      return [secret.name, { username, password }];
    }),
  );
}

export function loginOf(logins: Logins, secret: string): Login {
  const login = logins.get(secret);
  if (login === undefined) throw new Error(`no Secret ${secret}`);
  return login;
}
