import type { Watch } from './config.ts';
import type { InformerSelection } from './kube/resource-informer.ts';

/** Whether the namespace of a key is one of this operator's, and not that of another one which tries the next version. */
export function servedBy(watch: Watch): (key: string) => boolean {
  const except = watch.kind === 'all' ? watch.except : [];
  return (key) => !except.includes(key.slice(0, key.indexOf('/')));
}

/** What is watched of a kind that is in the namespaces of functions. */
export const selectionOf = (watch: Watch): InformerSelection =>
  watch.kind === 'all' ? {} : { namespaces: watch.namespaces };
