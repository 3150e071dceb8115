import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';
import { FetchError } from './failure.ts';
import type { Secrets } from './secrets.ts';

/** A Secret that is mounted as files. */
export interface MountedSecret {
  readonly keys: readonly string[];
  /** Value of the first of the keys that is there and not empty, without line end. */
  first(this: void, ...keys: readonly string[]): string | undefined;
}

/** What is no secret in a Secret. */
const shown = new Set(['username', 'known_hosts', 'ca.crt']);

/** Reads a Secret; the values are remembered so that no message shows them. */
export async function readMountedSecret(folder: string, secrets: Secrets): Promise<MountedSecret> {
  const values = new Map<string, string>();
  for (const key of await listKeys(folder)) {
    const value = (await readFile(join(folder, key), 'utf8')).trimEnd();
    values.set(key, shown.has(key) ? value : secrets.remember(value));
  }
  return {
    keys: [...values.keys()],
    first: (...keys) => keys.map((key) => values.get(key)).find((value) => value !== undefined && value !== ''),
  };
}

/** `..data` and what it points to belong to the kubelet. */
async function listKeys(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('..')).toSorted();
  } catch (error) {
    const message = `credentials: cannot read ${folder}; mount the Secret there`;
    throw isNativeError(error) ? new FetchError('CredentialsMissing', message, { cause: error }) : error;
  }
}

export function missingKeys({ keys }: MountedSecret, needed: string): FetchError {
  const got = keys.length === 0 ? 'no keys' : keys.join(', ');
  return new FetchError(
    'CredentialsMissing',
    `Secret of the source: got ${got}, needed ${needed}; add them to the Secret`,
  );
}
