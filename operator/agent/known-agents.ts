import { type LambdaAgent, lambdaAgentSchema } from '../api/index.ts';
import type { Informer } from '../kube/informer.ts';
import { KnownObjects, type StoredObject } from '../reconcile/known-objects.ts';

/** What an agent is, or why the schema refuses it: it was stored under an older one. */
export type ParsedAgent =
  | { readonly kind: 'agent'; readonly agent: LambdaAgent }
  | { readonly kind: 'unreadable'; readonly message: string };

/** The agents of the cache, as far as the schema reads them. */
export class KnownAgents extends KnownObjects<ParsedAgent> {
  constructor(informer: Informer<StoredObject>) {
    super(informer, parseAgent);
  }
}

function parseAgent(object: StoredObject): ParsedAgent {
  const { data, error } = lambdaAgentSchema.safeParse(object);
  if (data !== undefined) return { kind: 'agent', agent: data };
  const faults = error?.issues.map(({ message, path }) => `${path.join('.')}: ${message}`) ?? [];
  return { kind: 'unreadable', message: faults.join('; ') };
}
