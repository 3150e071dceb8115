import type { Kind } from './api/index.ts';
import type { KubeClient } from './kube/client.ts';
import type { KubernetesObject } from './kube/object.ts';
import type { Resource } from './kube/resource.ts';
import { deleteLeftover } from './reconcile/leftover.ts';
import { type KnativeService, knativeServiceResource } from './specs/knative-service.ts';
import { isReferenceTo } from './specs/ownership.ts';
import { type Trigger, triggerResource } from './specs/trigger.ts';

/** Functions or agents of a name: the one that has it now, and what others of its kind may have left. */
export interface Heir {
  readonly kind: Kind;
  readonly resource: Resource;
  /** Key of the caches. */
  readonly key: string;
  /** Undefined where nobody has the name. */
  readonly uid: string | undefined;
  readonly service: KnativeService | undefined;
  readonly triggers: readonly Trigger[];
}

/** Whether an object is that of a function or agent that is gone and had this name. @param uid of who has the name now */
export function isLeftover({ metadata }: KubernetesObject, kind: Kind, uid: string | undefined): boolean {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return owner !== undefined && isReferenceTo(kind)(owner) && owner.uid !== uid;
}

/** What serves events, or takes them, for one that is gone must not do so for the next one of the name. */
export async function removeLeftovers(
  { key, kind, resource: ownerResource, service, triggers, uid }: Heir,
  client: Pick<KubeClient, 'delete' | 'get'>,
  signal: AbortSignal,
): Promise<void> {
  const [namespace = '', name = ''] = key.split('/');
  const owner = { resource: ownerResource, namespace, name };
  const remove = async <Child extends KubernetesObject>(resource: Resource<Child>, child: Child): Promise<void> => {
    const isEnding = child.metadata.deletionTimestamp !== undefined;
    if (isEnding || !isLeftover(child, kind, uid)) return;
    await deleteLeftover(client, { resource, child, owner, presentUid: uid }, signal);
  };
  for (const trigger of triggers) await remove(triggerResource, trigger);
  if (service !== undefined) await remove(knativeServiceResource, service);
}
