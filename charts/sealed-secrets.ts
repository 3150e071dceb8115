import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigurationError, projectRoot } from '../stacks/index.ts';

const identified = z.looseObject({ metadata: z.looseObject({ name: z.string(), namespace: z.string() }) });

/** Folder that `make seal` writes to. */
export function sealedFolder(environment: string): string {
  return join(projectRoot, 'stacks', 'sealed', environment);
}

/** Sealed manifests of an environment, by namespace/name of the Secret that each becomes. */
export function readSealedSecrets(folder: string): ReadonlyMap<string, unknown> {
  if (!existsSync(folder)) {
    return new Map();
  }
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  return new Map(
    files.toSorted().map((file) => {
      const value: unknown = parse(readFileSync(join(folder, file), 'utf8'));
      const parsed = identified.safeParse(value);
      if (!parsed.success) {
        throw new ConfigurationError([
          `${join(folder, file)}: got no object with a name and a namespace; seal it again`,
        ]);
      }
      return [`${parsed.data.metadata.namespace}/${parsed.data.metadata.name}`, value];
    }),
  );
}
