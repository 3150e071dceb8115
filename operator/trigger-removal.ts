import type { KubeClient } from './kube/client.ts';
import { whileThere } from './reconcile/while-there.ts';
import { type Trigger, triggerResource } from './specs/trigger.ts';

/** Ends Triggers that nobody wants any more. */
export async function removeTriggers(
  triggers: readonly Trigger[],
  client: Pick<KubeClient, 'delete'>,
  signal: AbortSignal,
): Promise<void> {
  for (const { metadata } of triggers) {
    const { deletionTimestamp, name, namespace, uid } = metadata;
    if (deletionTimestamp !== undefined) continue;
    await whileThere(() => client.delete(triggerResource, { name, namespace }, { signal, preconditions: { uid } }));
  }
}
