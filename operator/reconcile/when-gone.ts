import type { Informer } from '../kube/informer.ts';
import type { KubernetesObject } from '../kube/object.ts';

/** Tells of each object that is gone, also where another one has its name already. */
export function whenGone<T extends KubernetesObject>(informer: Informer<T>, tell: (object: T) => void): void {
  informer.onChange((change) => {
    if (change.type === 'deleted') tell(change.object);
    else if (change.type === 'updated' && change.before.metadata.uid !== change.object.metadata.uid)
      tell(change.before);
  });
}
