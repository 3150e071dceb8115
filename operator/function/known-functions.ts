import { group, type LambdaFunction, lambdaFunctionSchema, version } from '../api/index.ts';
import type { Informer } from '../kube/informer.ts';
import type { Resource } from '../kube/resource.ts';
import { KnownObjects, type StoredObject } from '../reconcile/known-objects.ts';

export type StoredFunction = StoredObject;
export type StoredAgent = StoredObject;

export const functionResource: Resource<StoredFunction> = {
  group,
  version,
  kind: 'LambdaFunction',
  plural: 'lambdafunctions',
  namespaced: true,
};

export const agentResource: Resource<StoredAgent> = {
  group,
  version,
  kind: 'LambdaAgent',
  plural: 'lambdaagents',
  namespaced: true,
};

/** What a function is, or why the schema refuses it: it was stored under an older one. */
export type ParsedFunction =
  | { readonly kind: 'function'; readonly function: LambdaFunction }
  | { readonly kind: 'unreadable'; readonly message: string };

/** The functions of the cache, as far as the schema reads them. */
export class KnownFunctions extends KnownObjects<ParsedFunction> {
  constructor(informer: Informer<StoredFunction>) {
    super(informer, parseFunction);
  }
}

function parseFunction(object: StoredFunction): ParsedFunction {
  const { data, error } = lambdaFunctionSchema.safeParse(object);
  if (data !== undefined) return { kind: 'function', function: data };
  const faults = error?.issues.map(({ message, path }) => `${path.join('.')}: ${message}`) ?? [];
  return { kind: 'unreadable', message: faults.join('; ') };
}
