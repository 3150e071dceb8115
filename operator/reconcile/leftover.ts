import type { KubeClient } from '../kube/client.ts';
import type { KubernetesObject } from '../kube/object.ts';
import type { Resource } from '../kube/resource.ts';
import { whileThere } from './while-there.ts';

/** A child of an object that is gone, as far as the caches know. */
export interface Leftover<Child extends KubernetesObject> {
  readonly resource: Resource<Child>;
  readonly child: Child;
  /** Kind and name that the child's owner has, or had. */
  readonly owner: { readonly resource: Resource; readonly name: string; readonly namespace: string };
  /** Of the object that has this name now; undefined where none has it. */
  readonly presentUid: string | undefined;
}

/**
 * Deletes what an object left behind whose name another one may have now. The garbage collector may never do it: where its
 * watch breaks between the end of the one and the start of the other, it takes both for one.
 * Nothing is deleted where the API server knows another owner than the caches do: the child may be that one's.
 */
export async function deleteLeftover<Child extends KubernetesObject>(
  client: Pick<KubeClient, 'delete' | 'get'>,
  { child, owner, presentUid, resource }: Leftover<Child>,
  signal: AbortSignal,
): Promise<void> {
  const { name, namespace, resourceVersion, uid } = child.metadata;
  const live = await whileThere(() => client.get(owner.resource, owner, { signal }));
  if (live?.metadata.uid !== presentUid) return;
  const options = { preconditions: { uid, resourceVersion }, signal };
  await whileThere(() => client.delete(resource, { name, namespace }, options));
}
