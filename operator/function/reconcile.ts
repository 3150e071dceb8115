import { finalizers } from '../api/index.ts';
import { toSeconds } from '../conditions/judgement.ts';
import { unreadableSince, unreadableStatus } from '../conditions/unreadable.ts';
import { type Heir, removeLeftovers } from '../leftovers.ts';
import { identityOf, pendingEvent, withPending } from '../lifecycle/transition.ts';
import { done, type Outcome, requeueAfter, terminal, waiting } from '../reconcile/outcome.ts';
import { conflictMs, withoutConflict } from '../reconcile/conflict.ts';
import { removeOldFinalizer } from '../reconcile/old-finalizer.ts';
import { whileThere } from '../reconcile/while-there.ts';
import type { ReconcileContext } from '../reconcile/pass.ts';
import { canonicalJson } from '../specs/applied-object.ts';
import { manager } from '../specs/ownership.ts';
import { reconcileBuild } from './build.ts';
import { byFunction, referencedObjects } from './caches.ts';
import { reconcileDeletion } from './deletion.ts';
import { endedBuild } from './ended-build.ts';
import { reconcileDeploy } from './deploy.ts';
import { reconcileExpose } from './expose.ts';
import { finding } from './finding.ts';
import { happeningsOf } from './happenings.ts';
import { fieldsWithoutEffect } from './ineffective-fields.ts';
import { functionResource, type StoredFunction } from './known-functions.ts';
import { ensureAccounts } from './namespace-parts.ts';
import type { FunctionPass, FunctionWorld } from './pass.ts';
import { functionSender } from './sender.ts';
import { reconcileSource } from './source.ts';
import { type FunctionFacts, functionStatus, isSameStatus } from './status.ts';
import { functionTransitions } from './transitions.ts';

/** Makes the cluster as the function of the key says, step by step, and says in its status how far that is. */
export async function reconcileFunction(
  key: string,
  context: ReconcileContext,
  world: FunctionWorld,
): Promise<Outcome> {
  const stored = world.caches.functions.cache.get(key);
  if (stored !== undefined) {
    const { client } = world;
    const removal = { client, finalizer: finalizers.LambdaFunction, fieldManager: manager, signal: context.signal };
    await removeOldFinalizer(functionResource, stored, removal);
  }
  await removeLeftovers(heirOf(key, stored, world), world.client, context.signal);
  const parsed = world.functions.get(key);
  if (parsed === undefined) return forget(key, world);
  if (parsed.kind === 'unreadable') {
    if (stored !== undefined) await tellUnreadable(stored, parsed.message, world, context);
    return terminal('SpecUnreadable', parsed.message);
  }
  const { function: fn } = parsed;
  const pass: FunctionPass = {
    ...world,
    key,
    context,
    function: fn,
    objects: referencedObjects(fn.metadata.namespace, world.caches.references),
  };
  return withoutConflict(() =>
    fn.metadata.deletionTimestamp === undefined ? reconcileLiving(pass) : reconcileDeletion(pass),
  );
}

function heirOf(key: string, stored: StoredFunction | undefined, { caches }: FunctionWorld): Heir {
  return {
    kind: 'LambdaFunction',
    resource: functionResource,
    key,
    uid: stored?.metadata.uid,
    service: caches.services.cache.get(key),
    triggers: caches.triggers.cache.byIndex(byFunction, key),
  };
}

async function reconcileLiving(pass: FunctionPass): Promise<Outcome> {
  const { facts, againMs } = await takeSteps(pass);
  if (!(await writeStatus(pass, facts))) return waiting('Conflict', conflictMs);
  return againMs === undefined ? done : requeueAfter(againMs);
}

function forget(key: string, { slots }: FunctionWorld): Outcome {
  slots.leave(key);
  return done;
}

interface Steps {
  readonly facts: FunctionFacts;
  readonly againMs: number | undefined;
}

/** Every step runs, also behind one that waits: each says what it needs. */
async function takeSteps(pass: FunctionPass): Promise<Steps> {
  const { function: fn, today } = pass;
  await ensureAccounts(pass);
  const source = await reconcileSource(pass);
  const build = await reconcileBuild(pass, source.facts);
  const deploy = await reconcileDeploy(pass, build.image);
  const expose = await reconcileExpose(pass);
  const times = [source, build, deploy, expose].flatMap(({ againMs }) => (againMs === undefined ? [] : [againMs]));
  return {
    facts: {
      function: fn,
      source: source.facts,
      resolution: build.isSourceStale ? undefined : source.resolution,
      build: build.facts,
      deploy: deploy.facts,
      expose: expose.facts,
      pin: deploy.pin,
      isRebuildAvailable: build.isRebuildAvailable,
      areSecretsWatched: pass.objects.kind === 'watched',
      ineffective: fieldsWithoutEffect(fn.spec),
      now: today(),
    },
    againMs: times.length === 0 ? undefined : Math.min(...times),
  };
}

async function tellUnreadable(
  { metadata, status: before }: StoredFunction,
  cause: string,
  { client, today }: FunctionWorld,
  { signal }: ReconcileContext,
): Promise<void> {
  const { generation, name, namespace, uid } = metadata;
  const since = unreadableSince(before) ?? toSeconds(today());
  const found = finding('SourceReady', 'SpecUnreadable', { cause });
  const status = unreadableStatus(found, generation ?? 0, since);
  if (canonicalJson(before) === canonicalJson(status)) return;
  const options = { fieldManager: manager, force: true, signal };
  await client.applyStatus(functionResource, { metadata: { name, namespace, uid }, status }, options);
}

/**
 * Only what differs from what is stored; people and programs are told of what is written. False where somebody else wrote
 * since: an event is told of the state that was judged, or not at all.
 */
async function writeStatus(pass: FunctionPass, facts: FunctionFacts): Promise<boolean> {
  const { client, context, function: fn, functions, metrics, outbox, recorder, settings } = pass;
  const { pendingEvents: stored = [], ...before } = fn.status ?? {};
  const status = functionStatus(facts);
  const sender = functionSender(fn, settings);
  if (isSameStatus(before, status) && !outbox.isSettled(sender)) {
    outbox.offer(sender, stored);
    return true;
  }
  const news = functionTransitions(fn, status).map((one) => pendingEvent(fn, one, facts.now));
  const pending = outbox.pack(sender, stored, news);
  const object = { metadata: identityOf(fn, stored.length + pending.length > 0), status: withPending(status, pending) };
  const options = { fieldManager: manager, force: true, signal: context.signal };
  const written = await whileThere(() => client.applyStatus(functionResource, object, options));
  if (written === undefined) return false;
  functions.remember(written);
  metrics.wrote(fn.status, status);
  const build = endedBuild(facts, status);
  if (build !== undefined) metrics.built(build);
  for (const happening of happeningsOf(fn.status, status)) recorder.record(written, happening);
  outbox.offer(sender, pending);
  return true;
}
