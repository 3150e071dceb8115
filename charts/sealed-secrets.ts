import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { ConfigurationError, projectRoot } from '../stacks/index.ts';

/** A value that kubeseal encrypted: a session key under RSA, then the text; never as short as a password. */
const ciphertext = z.string().regex(/^[A-Za-z0-9+/]{300,}={0,2}$/, 'an encrypted value');

const sealedSecret = z.looseObject({
  apiVersion: z.literal('bitnami.com/v1alpha1'),
  kind: z.literal('SealedSecret'),
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
  spec: z.looseObject({ encryptedData: z.record(z.string(), ciphertext) }),
});

export interface SealedSecret extends z.output<typeof sealedSecret> {
  /** File it was read from, for messages. */
  readonly file: string;
}

/** Sealed manifests by namespace/name of the Secret that each becomes. */
export type SealedSecrets = ReadonlyMap<string, SealedSecret>;

/** Folder that `make seal` writes to. */
export function sealedFolder(environment: string): string {
  return join(projectRoot, 'stacks', 'sealed', environment);
}

function readYaml(path: string, file: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (!(error instanceof YAMLParseError)) {
      throw error;
    }
    throw new ConfigurationError([
      `${file}: got no YAML (${error.code}), allowed what make seal writes; seal it again`,
    ]);
  }
}

function readSealedSecret(path: string): SealedSecret {
  const file = relative(projectRoot, path);
  const parsed = sealedSecret.safeParse(readYaml(path, file));
  if (!parsed.success) {
    // a value in clear may stand there: only its place is shown
    const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole file').join(', ');
    throw new ConfigurationError([
      `${file}: got no SealedSecret (see ${where}), allowed what make seal writes; seal it again, and change every value that was committed in clear`,
    ]);
  }
  return { ...parsed.data, file };
}

/**
 * Every sealed manifest of a folder; none where there is no folder.
 * @throws ConfigurationError on a file that is no SealedSecret, a Secret in clear above all
 */
export function readSealedSecrets(folder: string): SealedSecrets {
  if (!existsSync(folder)) {
    return new Map();
  }
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml') || file.endsWith('.yml'));
  return new Map(
    files.toSorted().map((file) => {
      const sealed = readSealedSecret(join(folder, file));
      return [`${sealed.metadata.namespace}/${sealed.metadata.name}`, sealed];
    }),
  );
}
