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

const definitions = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string() }),
      status: z.looseObject({ conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).nullish() }),
    }),
  ),
});

/** A kind can be listed a moment before its definition is established, which the discovery waits for. */
export async function waitUntilEstablished(admin: ApiClient, patience: Patience = {}): Promise<void> {
  await eventually(async () => {
    const { body } = await admin.request('GET', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions');
    const waiting = definitions
      .parse(body)
      .items.filter(
        ({ status }) => !status.conditions?.some((one) => one.type === 'Established' && one.status === 'True'),
      );
    if (waiting.length > 0)
      throw new Error(`not established: ${waiting.map(({ metadata }) => metadata.name).join(', ')}`);
  }, patience);
}

/** Established is not yet served: what counts is that the kind can be listed. */
export async function waitUntilServed(
  admin: ApiClient,
  crds: readonly object[],
  patience: Patience = {},
): Promise<void> {
  // one after the other: sixty polls at once are what a starting API server would be busy with
  for (const crd of crds) {
    const path = `${listPath(crd)}?limit=1`;
    await eventually(async () => {
      const { status } = await admin.request('GET', path);
      if (status !== 200) throw new Error(`status ${status} for ${path}`);
    }, patience);
  }
}

function listPath(crd: object): string {
  const { group, names, versions } = crdSchema.parse(crd).spec;
  const stored = versions.find((version) => version.storage);
  if (stored === undefined) throw new Error(`no stored version in the definition of ${names.plural}.${group}`);
  return `/apis/${group}/${stored.name}/${names.plural}`;
}
