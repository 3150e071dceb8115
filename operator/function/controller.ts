import type { ControllerParts } from '../controllers.ts';
import type { Watch } from '../config.ts';
import { keyOf, type KubernetesObject } from '../kube/object.ts';
import { Controller } from '../reconcile/controller.ts';
import { done } from '../reconcile/outcome.ts';
import { annotationsChanged, anyOf, generationChanged } from '../reconcile/predicates.ts';
import { watchMapped, watchOwn } from '../reconcile/watches.ts';
import { byNamespace, functionCaches, functionKeys } from './caches.ts';
import { KnownFunctions } from './known-functions.ts';
import { reconcileFunction } from './reconcile.ts';

const workers = 10;
const timeoutMs = 120_000;
const resyncMs = 36_000_000;

/** The controller of LambdaFunctions. */
export function buildFunctionController({ config, informers, ...parts }: ControllerParts): Controller {
  const { client, clock, random, telemetry } = parts;
  const caches = functionCaches(informers, config.watch);
  const world = {
    client,
    caches,
    functions: new KnownFunctions(caches.functions),
    settings: config.functions,
    today: () => new Date(),
  };
  const { agents, brokers, functions, jobs, pods, replicaSets, revisions, services, triggers } = caches;
  const isServed = servedBy(config.watch);
  const inNamespace = ({ metadata }: KubernetesObject): readonly string[] =>
    functions.cache.byIndex(byNamespace, metadata.namespace ?? '').map(keyOf);
  return new Controller({
    ...telemetry.observe({
      name: 'function',
      workers,
      reconcile: async (key, context) => (isServed(key) ? reconcileFunction(key, context, world) : done),
    }),
    timeoutMs,
    resyncMs,
    clock,
    random,
    watches: [
      watchOwn(functions, isWorthPass),
      ...[services, agents].map((informer) => watchMapped(informer, (object) => [keyOf(object)])),
      ...[revisions, replicaSets, pods, triggers, jobs].map((informer) => watchMapped(informer, functionKeys)),
      watchMapped(brokers, inNamespace),
    ],
  });
}

/** Not its own status. */
const isWorthPass = anyOf(generationChanged, annotationsChanged);

/** Whether the namespace of a key is one of this operator's, and not that of another one which tries the next version. */
function servedBy(watch: Watch): (key: string) => boolean {
  const except = watch.kind === 'all' ? watch.except : [];
  return (key) => !except.includes(key.slice(0, key.indexOf('/')));
}
