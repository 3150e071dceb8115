import { z } from 'zod';
import type { ApiClient } from './api-client.ts';
import { eventually, type Patience } from './eventually.ts';

const crdSchema = z.looseObject({
  spec: z.looseObject({
    group: z.string(),
    names: z.looseObject({ plural: z.string() }),
    versions: z.array(z.looseObject({ name: z.string(), storage: z.boolean() })),
  }),
});

const appliedAtOnce = 16;

export async function applyCrds(admin: ApiClient, crds: readonly object[]): Promise<void> {
  const remaining = [...crds];
  const applyRemaining = async (): Promise<void> => {
    for (let crd = remaining.pop(); crd !== undefined; crd = remaining.pop()) {
      await admin.apply(crd, { fieldManager: 'test-setup', force: true });
    }
  };
  await Promise.all(Array.from({ length: appliedAtOnce }, applyRemaining));
}

/** Established is not yet served: what counts is that the kind can be listed. */
export async function waitUntilServed(admin: ApiClient, crds: readonly object[], patience: Patience): Promise<void> {
  await Promise.all(
    crds.map(async (crd) => {
      const path = `${listPath(crd)}?limit=1`;
      await eventually(async () => {
        const { status } = await admin.request('GET', path);
        if (status !== 200) throw new Error(`status ${status} for ${path}`);
      }, patience);
    }),
  );
}

function listPath(crd: object): string {
  const { group, names, versions } = crdSchema.parse(crd).spec;
  const stored = versions.find((version) => version.storage);
  if (stored === undefined) throw new Error(`no stored version in the definition of ${names.plural}.${group}`);
  return `/apis/${group}/${stored.name}/${names.plural}`;
}
