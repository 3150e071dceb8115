import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { projectRoot } from '../../stacks/index.ts';

const document = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

export type ManifestDocument = z.output<typeof document>;

const kustomization = z.looseObject({ resources: z.array(z.string()) });

/** Objects of a committed folder of manifests/, in the order in which its kustomization names the files; without its bases. */
export function readManifests(folder: string): readonly ManifestDocument[] {
  const root = join(projectRoot, 'manifests', folder);
  const [order] = parseAllDocuments(readFileSync(join(root, 'kustomization.yaml'), 'utf8')).map((one) =>
    kustomization.parse(one.toJS()),
  );
  const files = (order?.resources ?? []).filter((resource) => resource.endsWith('.yaml'));
  return files.flatMap((file) => readDocuments(join(root, file)));
}

function readDocuments(path: string): readonly ManifestDocument[] {
  return parseAllDocuments(readFileSync(path, 'utf8')).map((one) => document.parse(one.toJS()));
}
