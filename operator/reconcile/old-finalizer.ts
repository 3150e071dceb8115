import type { KubeClient } from '../kube/client.ts';
import type { KubernetesObject } from '../kube/object.ts';
import type { Resource } from '../kube/resource.ts';
import { whileThere } from './while-there.ts';

/** Takes a finalizer off whoever has it. */
export interface FinalizerRemoval {
  readonly client: Pick<KubeClient, 'merge'>;
  readonly finalizer: string;
  readonly fieldManager: string;
  readonly signal: AbortSignal;
}

/** Removes the finalizer of older versions: it would hold the object once no operator runs. */
export async function removeOldFinalizer(
  resource: Resource,
  { metadata }: KubernetesObject,
  { client, fieldManager, finalizer, signal }: FinalizerRemoval,
): Promise<void> {
  const { finalizers: present = [], name, namespace, resourceVersion } = metadata;
  const rest = present.filter((one) => one !== finalizer);
  if (rest.length === present.length) return;
  const members = { metadata: { name, namespace, resourceVersion, finalizers: rest } };
  await whileThere(() => client.merge(resource, members, { fieldManager, signal }));
}
