import { z } from 'zod';
import type { LambdaFunction } from '../api/index.ts';
import { isConflict, isNotFound } from '../kube/api-error.ts';
import { done, type Outcome, requeueAfter, terminal, waiting } from '../reconcile/outcome.ts';
import type { ReconcileContext } from '../reconcile/pass.ts';
import { canonicalJson } from '../specs/applied-object.ts';
import { manager } from '../specs/ownership.ts';
import { reconcileBuild } from './build.ts';
import { reconcileDeletion, removeFinalizer } from './deletion.ts';
import { reconcileDeploy } from './deploy.ts';
import { reconcileExpose } from './expose.ts';
import { happeningsOf } from './happenings.ts';
import { fieldsWithoutEffect } from './ineffective-fields.ts';
import { functionResource, type StoredFunction } from './known-functions.ts';
import { ensureAccounts } from './namespace-parts.ts';
import type { FunctionPass, FunctionWorld } from './pass.ts';
import type { ReferencedObjects } from './references.ts';
import { reconcileSource } from './source.ts';
import { type FunctionFacts, functionStatus, isSameStatus, toSeconds, unreadableStatus } from './status.ts';

/** Makes the cluster as the function of the key says, step by step, and says in its status how far that is. */
export async function reconcileFunction(
  key: string,
  context: ReconcileContext,
  world: FunctionWorld,
): Promise<Outcome> {
  const stored = world.caches.functions.cache.get(key);
  if (stored !== undefined) await removeFinalizer(stored, world, context);
  const parsed = world.functions.get(key);
  if (parsed === undefined) return forget(key, world);
  if (parsed.kind === 'unreadable') {
    if (stored !== undefined) await tellUnreadable(stored, parsed.message, world, context);
    return terminal('SpecUnreadable', parsed.message);
  }
  const { function: fn } = parsed;
  const pass: FunctionPass = { ...world, key, context, function: fn, objects: referencedObjects(fn, world) };
  return withoutConflict(() =>
    fn.metadata.deletionTimestamp === undefined ? reconcileLiving(pass) : reconcileDeletion(pass),
  );
}

async function reconcileLiving(pass: FunctionPass): Promise<Outcome> {
  const { facts, againMs } = await takeSteps(pass);
  await writeStatus(pass, facts);
  return againMs === undefined ? done : requeueAfter(againMs);
}

/** The cache will soon show what somebody else wrote. */
async function withoutConflict(pass: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await pass();
  } catch (error) {
    if (isConflict(error)) return waiting('Conflict', conflictMs);
    throw error;
  }
}

const conflictMs = 500;

function forget(key: string, { slots }: FunctionWorld): Outcome {
  slots.leave(key);
  return done;
}

function referencedObjects({ metadata }: LambdaFunction, { caches }: FunctionWorld): ReferencedObjects {
  const { references } = caches;
  if (references === undefined || !references.namespaces.includes(metadata.namespace)) return { kind: 'unwatched' };
  const { configMaps, secrets } = references;
  if (configMaps.unavailable !== undefined || secrets.unavailable !== undefined) return { kind: 'unwatched' };
  return {
    kind: 'watched',
    find: ({ kind, name }) => (kind === 'Secret' ? secrets : configMaps).cache.get(`${metadata.namespace}/${name}`),
  };
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

const toldSchema = z.looseObject({
  conditions: z.array(z.looseObject({ reason: z.literal('SpecUnreadable'), lastTransitionTime: z.string() })),
});

/** What is stored of its status may be unreadable too, so it is written whole. */
async function tellUnreadable(
  { metadata, status: before }: StoredFunction,
  cause: string,
  { client, today }: FunctionWorld,
  { signal }: ReconcileContext,
): Promise<void> {
  const { generation, name, namespace, uid } = metadata;
  const told = toldSchema.safeParse(before).data;
  const status = unreadableStatus(
    cause,
    generation ?? 0,
    told?.conditions[0]?.lastTransitionTime ?? toSeconds(today()),
  );
  if (canonicalJson(before) === canonicalJson(status)) return;
  const options = { fieldManager: manager, force: true, signal };
  await client.applyStatus(functionResource, { metadata: { name, namespace, uid }, status }, options);
}

/** Only what differs from what is stored; people are told of what is written. */
async function writeStatus(pass: FunctionPass, facts: FunctionFacts): Promise<void> {
  const { client, context, function: fn, functions, recorder } = pass;
  const status = functionStatus(facts);
  if (isSameStatus(fn.status, status)) return;
  const { name, namespace, uid } = fn.metadata;
  try {
    const options = { fieldManager: manager, force: true, signal: context.signal };
    const written = await client.applyStatus(functionResource, { metadata: { name, namespace, uid }, status }, options);
    functions.remember(written);
    for (const happening of happeningsOf(fn.status, status)) recorder.record(written, happening);
  } catch (error) {
    // it was deleted, or is another one of the name
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}
