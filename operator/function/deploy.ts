import { ApiError, isConflict, isForbidden, isInvalid } from '../kube/api-error.ts';
import { isApplied } from '../specs/applied-object.ts';
import { type AppliedKnativeService, type KnativeService, knativeServiceResource } from '../specs/knative-service.ts';
import { manager } from '../specs/ownership.ts';
import { byFunction } from './caches.ts';
import type { DeployFacts } from './deploy-state.ts';
import { nameOwner } from './name-claim.ts';
import type { FunctionPass, StepResult } from './pass.ts';
import { decidePin, type PinDecision } from './pin.ts';
import { serviceObject } from './serving-objects.ts';

export interface DeployResult extends StepResult<DeployFacts> {
  readonly pin: PinDecision;
}

/** A kind may be installed, and what was refused may be allowed, without an object that changes. */
const unsettledMs = 60_000;

/** Applies the Knative Service of the function. @param image undefined while there is none */
export async function reconcileDeploy(pass: FunctionPass, image: string | undefined): Promise<DeployResult> {
  const { caches, function: fn, key } = pass;
  const pin = decidePin(fn, caches.revisions.cache.byIndex(byFunction, key));
  return { ...(await deploy(pass, image, pin)), pin };
}

async function deploy(
  pass: FunctionPass,
  image: string | undefined,
  { pin }: PinDecision,
): Promise<StepResult<DeployFacts>> {
  const { caches, function: fn, key, settings } = pass;
  const { services } = caches;
  if (services.unavailable !== undefined) {
    return { facts: { kind: 'notInstalled', resource: services.name }, againMs: unsettledMs };
  }
  const live = services.cache.get(key);
  const owner = nameOwner(fn, { agent: caches.agents.cache.get(key), service: live });
  if (owner !== undefined) return { facts: { kind: 'taken', owner } };
  if (pin.kind === 'missing') return { facts: { kind: 'pinMissing', target: pin.target } };
  if (image === undefined) return { facts: { kind: 'waitsForImage' } };
  const wanted = serviceObject(fn, { image, live, pin, objects: pass.objects }, settings);
  return ensureService(pass, wanted, live, pin.kind === 'none' ? undefined : pin.target);
}

async function ensureService(
  pass: FunctionPass,
  wanted: AppliedKnativeService,
  live: KnativeService | undefined,
  pinnedTo: string | undefined,
): Promise<StepResult<DeployFacts>> {
  const { caches, key } = pass;
  try {
    const service = live !== undefined && isApplied(wanted, live) ? live : await send(pass, wanted, live);
    const [revisions, replicaSets, pods] = [caches.revisions, caches.replicaSets, caches.pods] as const;
    return {
      facts: {
        kind: 'service',
        service,
        revisions: revisions.cache.byIndex(byFunction, key),
        replicaSets: replicaSets.cache.byIndex(byFunction, key),
        pods: pods.cache.byIndex(byFunction, key),
        pinnedTo,
      },
    };
  } catch (error) {
    if (isRefusal(error)) return { facts: { kind: 'refused', cause: error.message }, againMs: unsettledMs };
    throw error;
  }
}

/** The first apply takes no field over: somebody else may have made a service of the name a moment ago. */
async function send(
  { client, context, caches, key }: FunctionPass,
  wanted: AppliedKnativeService,
  live: KnativeService | undefined,
): Promise<KnativeService> {
  const { signal } = context;
  const options = { fieldManager: manager, signal, force: live !== undefined };
  const apply = (): Promise<KnativeService> => client.apply(knativeServiceResource, wanted, options);
  return live === undefined ? context.creating(`${caches.services.name} ${key}`, apply) : apply();
}

/** The API server or a webhook of Knative says what is wrong; a conflict is a race, which the next pass sees. */
export function isRefusal(error: unknown): error is ApiError {
  return (
    !isConflict(error) &&
    (isInvalid(error) || isForbidden(error) || (error instanceof ApiError && error.status === 400))
  );
}
