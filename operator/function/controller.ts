import { z } from 'zod';
import type { ControllerParts } from '../controllers.ts';
import type { Informer } from '../kube/informer.ts';
import { keyOf, type KubernetesObject } from '../kube/object.ts';
import { pendingEvent } from '../lifecycle/transition.ts';
import { Controller } from '../reconcile/controller.ts';
import { done } from '../reconcile/outcome.ts';
import { annotationsChanged, anyOf, generationChanged } from '../reconcile/predicates.ts';
import { whenGone } from '../reconcile/when-gone.ts';
import { type Watch, watchMapped, watchOwn } from '../reconcile/watches.ts';
import { servedBy } from '../served-namespaces.ts';
import type { WaitingFunction } from './build-queue.ts';
import { BuildSlots } from './build-slots.ts';
import {
  byNamespace,
  functionCaches,
  type FunctionCaches,
  functionKeys,
  jobKeys,
  type ReferenceCaches,
} from './caches.ts';
import { ownerKeys } from './jobs.ts';
import { addFunctionGauges, functionMetrics } from './function-metrics.ts';
import { KnownFunctions, type StoredFunction } from './known-functions.ts';
import { reconcileFunction } from './reconcile.ts';
import { referencesOf } from './references.ts';
import { functionSender } from './sender.ts';
import { functionEnd } from './transitions.ts';

const workers = 10;
const timeoutMs = 120_000;
const resyncMs = 36_000_000;

/** The controller of LambdaFunctions. */
export function buildFunctionController({ config, informers, lifecycle, ...parts }: ControllerParts): Controller {
  const { client, clock, isLeading, random, recorder, registry, telemetry, wrappers } = parts;
  const caches = functionCaches(informers, config);
  const functions = new KnownFunctions(caches.functions);
  const slots = new BuildSlots({
    jobs: caches.jobs,
    allowed: config.functions.builds.maxConcurrent,
    now: () => clock.now(),
    queuedBefore: () => queuedFunctions(caches),
  });
  const outbox = lifecycle.outbox(({ name, namespace }) => controller.enqueue(`${namespace}/${name}`, { lane: 'low' }));
  const metrics = functionMetrics(registry);
  addFunctionGauges(registry, { functions: caches.functions, known: functions, slots, isLeading });
  const shared = { client, caches, functions, slots, recorder, outbox, metrics, wrappers };
  const world = { ...shared, settings: config.functions, today: () => new Date() };
  const isServed = servedBy(config.watch);
  const controller: Controller = new Controller({
    ...telemetry.observe({
      name: 'function',
      workers,
      reconcile: async (key, context) => (isServed(key) ? reconcileFunction(key, context, world) : done),
    }),
    timeoutMs,
    resyncMs,
    clock,
    random,
    watches: watchesOf(caches, functions),
  });
  // the end of a build is the turn of a function that has nothing to do with it
  caches.jobs.onChange(() => slots.next.forEach((key) => controller.enqueue(key)));
  whenGone(caches.functions, (object) => {
    const parsed = functions.parse(object);
    if (parsed.kind === 'unreadable' || !isServed(keyOf(object))) return;
    const { function: fn } = parsed;
    const news = functionEnd(fn).map((one) => pendingEvent(fn, one, world.today()));
    outbox.close(functionSender(fn, config.functions), fn.status?.pendingEvents ?? [], news);
  });
  return controller;
}

function watchesOf(caches: FunctionCaches, known: KnownFunctions): readonly Watch[] {
  const { agents, brokers, functions, jobs, pods, references, replicaSets, revisions, services, triggers } = caches;
  const { serviceAccounts } = caches;
  const inNamespace = ({ metadata }: KubernetesObject): readonly string[] =>
    functions.cache.byIndex(byNamespace, metadata.namespace ?? '').map(keyOf);
  const waitingForPod = (pod: KubernetesObject): readonly string[] =>
    jobKeys(pod).flatMap((key) => {
      const job = jobs.cache.get(key);
      return job === undefined ? [] : ownerKeys(job);
    });
  return [
    watchOwn(functions, isWorthPass),
    ...[services, agents].map((informer) => watchMapped(informer, (object) => [keyOf(object)])),
    ...[revisions, replicaSets, triggers].map((informer) => watchMapped(informer, functionKeys)),
    watchMapped(jobs, (job) => [...functionKeys(job), ...ownerKeys(job)]),
    watchMapped(pods, (pod) => [...functionKeys(pod), ...waitingForPod(pod)]),
    watchMapped(brokers, inNamespace),
    // a change of an account is nothing to functions: it is watched to know whether it is there
    ...(serviceAccounts === undefined ? [] : [watchMapped(serviceAccounts, () => [])]),
    ...(references === undefined ? [] : referenceWatches(references, functions, known)),
  ];
}

const byReference = 'reference';

function referenceWatches(
  { configMaps, secrets }: ReferenceCaches,
  functions: Informer<StoredFunction>,
  known: KnownFunctions,
): readonly Watch[] {
  functions.addIndex(byReference, (object) => {
    const parsed = known.parse(object);
    const references = parsed.kind === 'function' ? referencesOf(parsed.function.spec) : [];
    return references.map(({ kind, name }) => `${kind} ${object.metadata.namespace}/${name}`);
  });
  const naming = (kind: string) => (object: KubernetesObject) =>
    functions.cache.byIndex(byReference, `${kind} ${keyOf(object)}`).map(keyOf);
  return [watchMapped(secrets, naming('Secret')), watchMapped(configMaps, naming('ConfigMap'))];
}

/** Functions whose status says that they wait for a build: who waited before a restart goes on waiting where it was. */
function queuedFunctions({ functions }: FunctionCaches): readonly WaitingFunction[] {
  return [...functions.cache.list()].flatMap((object) => {
    const { success, data } = queuedStatus.safeParse(object.status);
    const queued = success ? data.conditions.find(({ reason }) => reason === 'BuildQueued') : undefined;
    const key = keyOf(object);
    return queued === undefined
      ? []
      : [{ key, namespace: object.metadata.namespace ?? '', since: queued.lastTransitionTime, job: key }];
  });
}

const queuedStatus = z.looseObject({
  conditions: z.array(z.looseObject({ reason: z.string(), lastTransitionTime: z.string() })),
});

/** Not its own status. */
const isWorthPass = anyOf(generationChanged, annotationsChanged);
