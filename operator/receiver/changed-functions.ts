import { z } from 'zod';
import { functionResource } from '../function/known-functions.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import type { CodeChange } from './code-change.ts';
import type { FunctionReference } from './command.ts';
import { ExpiringCache } from './expiring-cache.ts';

/** Functions whose code one of these changes is. */
export type FindChanged = (changes: readonly CodeChange[]) => Promise<readonly FunctionReference[]>;

const objectSource = z.looseObject({ bucket: z.string(), key: z.string() });

/** Of a source, what says where code lies. Whatever else an older schema let in is of no interest here. */
const sourceSchema = z.looseObject({
  source: z.discriminatedUnion('type', [
    z.looseObject({ type: z.literal('s3'), s3: objectSource }),
    z.looseObject({ type: z.literal('minio'), minio: objectSource }),
    z.looseObject({
      type: z.literal('image'),
      image: z.looseObject({
        repository: z.string(),
        tag: z.string().default('latest'),
        digest: z.string().optional(),
      }),
    }),
  ]),
});

/** Whether a change is one of the code that a spec names. An image with a digest never changes. */
export function isCodeOf(spec: unknown, change: CodeChange): boolean {
  const source = sourceSchema.safeParse(spec).data?.source;
  switch (source?.type) {
    case undefined:
      return false;
    case 's3':
      return isWithin(source.s3, 's3', change);
    case 'minio':
      return isWithin(source.minio, 'minio', change);
    case 'image': {
      const { digest, repository, tag } = source.image;
      return change.kind === 'image' && digest === undefined && change.repository === repository && change.tag === tag;
    }
  }
}

/** A key that ends in a slash names all that is below it. */
function isWithin({ bucket, key }: z.output<typeof objectSource>, store: 's3' | 'minio', change: CodeChange): boolean {
  if (change.kind !== 'object' || change.store !== store || change.bucket !== bucket) return false;
  return key.endsWith('/') ? change.key.startsWith(key) : change.key === key;
}

export interface FindChangedProps {
  readonly client: Pick<KubeClient, 'list'>;
  readonly clock: Clock;
  /** Namespaces that are served; none means all. */
  readonly namespaces: readonly string[];
}

interface ListedFunction extends FunctionReference {
  readonly spec: unknown;
}

/** An upload of many files brings a notification for each; one list answers those of a second. */
const maxAgeMs = 1000;

/** Looks through all functions. Needs list on lambdafunctions. */
export function findChangedIn({ client, clock, namespaces }: FindChangedProps): FindChanged {
  const lists = new ExpiringCache<readonly ListedFunction[]>({ clock, maxAgeMs, maxEntries: 1000 });
  const places = namespaces.length === 0 ? [undefined] : namespaces;

  async function list(namespace: string | undefined): Promise<readonly ListedFunction[]> {
    const found: ListedFunction[] = [];
    for await (const { items } of client.list(functionResource, { namespace })) {
      found.push(
        ...items.map(({ metadata, spec }) => ({ namespace: metadata.namespace ?? '', name: metadata.name, spec })),
      );
    }
    return found;
  }

  return async (changes) => {
    if (changes.length === 0) return [];
    const all = await Promise.all(places.map((namespace) => lists.get(namespace ?? '', () => list(namespace))));
    return all
      .flat()
      .filter(({ spec }) => changes.some((change) => isCodeOf(spec, change)))
      .map(({ name, namespace }) => ({ namespace, name }));
  };
}
