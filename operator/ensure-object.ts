import type { ApplyConfiguration, KubeClient } from './kube/client.ts';
import type { Informer } from './kube/informer.ts';
import type { KubernetesObject } from './kube/object.ts';
import type { Resource } from './kube/resource.ts';
import type { ReconcileContext } from './reconcile/pass.ts';
import { isApplied } from './specs/applied-object.ts';
import { manager } from './specs/ownership.ts';

/** A pass, as far as it applies something. */
interface Applier {
  readonly client: Pick<KubeClient, 'apply'>;
  readonly context: Pick<ReconcileContext, 'creating' | 'signal'>;
}

interface Wanted {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/**
 * What is live, once it is as it is wanted. The first apply takes no field over: somebody else may have made an object
 * of the name a moment ago.
 * @throws ApiError for what the API server refuses
 */
export async function ensureObject<T extends KubernetesObject>(
  { client, context }: Applier,
  informer: Informer<T>,
  resource: Resource<T>,
  wanted: ApplyConfiguration<T> & Wanted,
): Promise<T> {
  const key = `${wanted.metadata.namespace}/${wanted.metadata.name}`;
  const live = informer.cache.get(key);
  if (live !== undefined && isApplied(wanted, live)) return live;
  const options = { fieldManager: manager, force: live !== undefined, signal: context.signal };
  const apply = (): Promise<T> => client.apply<T>(resource, wanted, options);
  return live === undefined ? context.creating(`${informer.name} ${key}`, apply) : apply();
}
