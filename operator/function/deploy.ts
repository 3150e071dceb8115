import { ApiError, isConflict, isForbidden, isInvalid } from '../kube/api-error.ts';
import { ensureObject } from '../ensure-object.ts';
import { isLeftover } from '../leftovers.ts';
import { nameOwner } from '../name-claim.ts';
import { type KnativeService, knativeServiceResource } from '../specs/knative-service.ts';
import { byFunction } from './caches.ts';
import type { DeployFacts, ServiceFacts } from './deploy-state.ts';
import type { FunctionPass, StepResult } from './pass.ts';
import { decidePin, type Pin, type PinDecision } from './pin.ts';
import { serviceObject } from './serving-objects.ts';

export interface DeployResult extends StepResult<DeployFacts> {
  readonly pin: PinDecision;
}

/** A kind may be installed, and what was refused may be allowed, without an object that changes. */
const unsettledMs = 60_000;

/** Applies the Knative Service of the function. @param image undefined while there is none */
export async function reconcileDeploy(pass: FunctionPass, image: string | undefined): Promise<DeployResult> {
  const { caches, function: fn, key } = pass;
  const pin = decidePin(fn, caches.revisions.cache.byIndex(byFunction, key), caches.services.cache.get(key));
  return { ...(await deploy(pass, image, pin)), pin };
}

async function deploy(
  pass: FunctionPass,
  image: string | undefined,
  { pin }: PinDecision,
): Promise<StepResult<DeployFacts>> {
  const { caches, function: fn, key } = pass;
  const { services } = caches;
  if (services.unavailable !== undefined) {
    return { facts: { kind: 'notInstalled', resource: services.name }, againMs: unsettledMs };
  }
  const live = services.cache.get(key);
  if (live !== undefined && isLeftover(live, fn.kind, fn.metadata.uid)) return { facts: { kind: 'leftover' } };
  const owner = nameOwner(fn, { rival: caches.agents.cache.get(key), service: live });
  if (owner !== undefined) return { facts: { kind: 'taken', owner } };
  if (pin.kind === 'missing') return { facts: { kind: 'pinMissing', target: pin.target } };
  if (pin.kind === 'kept') return { facts: serviceFacts(pass, pin.service, pin) };
  return image === undefined ? { facts: { kind: 'waitsForImage' } } : ensureService(pass, image, pin);
}

async function ensureService(
  pass: FunctionPass,
  image: string,
  pin: Exclude<Pin, { kind: 'kept' | 'missing' }>,
): Promise<StepResult<DeployFacts>> {
  const { caches, function: fn, key, objects, settings } = pass;
  const wanted = serviceObject(fn, { image, live: caches.services.cache.get(key), pin, objects }, settings);
  try {
    const service = await ensureObject(pass, caches.services, knativeServiceResource, wanted);
    return { facts: serviceFacts(pass, service, pin) };
  } catch (error) {
    if (isRefusal(error)) return { facts: { kind: 'refused', cause: error.message }, againMs: unsettledMs };
    throw error;
  }
}

function serviceFacts({ caches, key }: FunctionPass, service: KnativeService, pin: Pin): ServiceFacts {
  const { pods, replicaSets, revisions } = caches;
  return {
    kind: 'service',
    service,
    revisions: revisions.cache.byIndex(byFunction, key),
    replicaSets: replicaSets.cache.byIndex(byFunction, key),
    pods: pods.cache.byIndex(byFunction, key),
    pinnedTo: pin.kind === 'none' ? undefined : pin.target,
    isPinGone: pin.kind === 'kept',
  };
}

/** The API server or a webhook of Knative says what is wrong; a conflict is a race, which the next pass sees. */
export function isRefusal(error: unknown): error is ApiError {
  return (
    !isConflict(error) &&
    (isInvalid(error) || isForbidden(error) || (error instanceof ApiError && error.status === 400))
  );
}
