import { group, type LambdaFunction, lambdaFunctionSchema, version } from '../api/index.ts';
import type { Informer } from '../kube/informer.ts';
import { keyOf, type KubernetesObject } from '../kube/object.ts';
import { compareVersions } from '../kube/resource-version.ts';
import type { Resource } from '../kube/resource.ts';

/** As it comes from the API server: the schema has not seen it. */
export interface StoredFunction extends KubernetesObject {
  readonly spec?: object;
  readonly status?: object | undefined;
}

export const functionResource: Resource<StoredFunction> = {
  group,
  version,
  kind: 'LambdaFunction',
  plural: 'lambdafunctions',
  namespaced: true,
};

export const agentResource: Resource = {
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

/** The functions of the cache, or what was written to them since: a pass sees its own last status. */
export class KnownFunctions {
  readonly #informer: Informer<StoredFunction>;
  readonly #parsed = new WeakMap<StoredFunction, ParsedFunction>();
  readonly #written = new Map<string, StoredFunction>();

  constructor(informer: Informer<StoredFunction>) {
    this.#informer = informer;
    informer.onChange(({ object }) => this.#forget(object));
  }

  get(key: string): ParsedFunction | undefined {
    const cached = this.#informer.cache.get(key);
    const written = this.#written.get(key);
    const object = written?.metadata.uid === cached?.metadata.uid ? (written ?? cached) : cached;
    return object && this.parse(object);
  }

  /** Each object is parsed once. */
  parse(object: StoredFunction): ParsedFunction {
    const parsed = this.#parsed.get(object) ?? parseFunction(object);
    this.#parsed.set(object, parsed);
    return parsed;
  }

  /** Until the cache shows it. */
  remember(object: StoredFunction): void {
    const cached = this.#informer.cache.get(keyOf(object));
    if (cached !== undefined && isOlder(cached, object)) this.#written.set(keyOf(object), object);
  }

  #forget(object: StoredFunction): void {
    const written = this.#written.get(keyOf(object));
    if (written !== undefined && !isOlder(object, written)) this.#written.delete(keyOf(object));
  }
}

const isOlder = (one: KubernetesObject, other: KubernetesObject): boolean =>
  one.metadata.uid === other.metadata.uid &&
  (compareVersions(one.metadata.resourceVersion, other.metadata.resourceVersion) ?? 0) < 0;

function parseFunction(object: StoredFunction): ParsedFunction {
  const { data, error } = lambdaFunctionSchema.safeParse(object);
  if (data !== undefined) return { kind: 'function', function: data };
  const faults = error?.issues.map(({ message, path }) => `${path.join('.')}: ${message}`) ?? [];
  return { kind: 'unreadable', message: faults.join('; ') };
}
