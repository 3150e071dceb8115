import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isBearerToken } from './authenticate.ts';
import type { BrokerKeys } from './broker-path.ts';
import type { SigningKey } from './signature.ts';

/** Texts of a mounted Secret by key. What kubelet keeps beside them begins with two dots. */
export async function readSecretFolder(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  const entries = names.map(async (name) => [name, (await readFile(join(folder, name), 'utf8')).trim()] as const);
  return new Map(await Promise.all(entries));
}

const minSecretCharacters = 32;

const keySchema = z.strictObject({
  secret: z.string().min(minSecretCharacters),
  user: z.string().min(1),
  groups: z.array(z.string()).default(['system:authenticated']),
});

/**
 * Keys of senders outside of the cluster: the name of a file is the id, its text JSON with secret, user and groups.
 * @throws Error that names the file, and never holds its text
 */
export function parseSigningKeys(files: ReadonlyMap<string, string>): readonly SigningKey[] {
  return [...files].map(([id, text]) => {
    const parsed = keySchema.safeParse(parseJson(text));
    if (!parsed.success) {
      throw new Error(
        `signing key ${id}: allowed JSON with secret (${minSecretCharacters} characters or more), user and groups; correct it`,
      );
    }
    const { groups, secret, user } = parsed.data;
    return { id, secret, user: { username: user, groups } };
  });
}

/**
 * Tokens by which Alertmanager proves itself, in files of any name: the old one beside the new one while they change.
 * @throws Error that names a file whose token can be guessed
 */
export function parseAlertTokens(files: ReadonlyMap<string, string>): readonly string[] {
  for (const [name, token] of files) {
    if (token.length < minSecretCharacters || !isBearerToken(token)) {
      throw new Error(
        `token ${name} of alerts: allowed ${minSecretCharacters} characters or more, of letters, digits and . _ ~ + / -; make a new one`,
      );
    }
  }
  return [...files.values()];
}

/** File of the key that paths are made with now; the others are of paths that are still taken. */
const currentKey = 'key';

/**
 * Keys of the paths of Brokers; none where there is no file.
 * @throws Error for one that can be guessed, or when the current one is not among them
 */
export function parseBrokerKeys(files: ReadonlyMap<string, string>): BrokerKeys {
  for (const [name, key] of files) {
    if (key.length < minSecretCharacters) {
      throw new Error(`key ${name} of Brokers: allowed ${minSecretCharacters} characters or more; make a new one`);
    }
  }
  const current = files.get(currentKey);
  if (current === undefined && files.size > 0) {
    throw new Error(`keys of Brokers: got ${[...files.keys()].join(', ')}, needed one named ${currentKey}; add it`);
  }
  return { current, accepted: [...files.values()] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
