import { ensureObject } from '../ensure-object.ts';
import { ApiError } from '../kube/api-error.ts';
import type { Broker } from '../specs/broker.ts';
import { currentCondition } from '../specs/knative-condition.ts';
import { buildTriggers, invocationTypes, type Trigger, triggerResource } from '../specs/trigger.ts';
import { removeTriggers } from '../trigger-removal.ts';
import { byFunction } from './caches.ts';
import { isRefusal } from './deploy.ts';
import type { ExposeFacts } from './expose-state.ts';
import { ensureBroker } from './namespace-parts.ts';
import type { FunctionPass, StepResult } from './pass.ts';
import { validateEventing } from './validation.ts';

const unsettledMs = 60_000;

/** Applies the Triggers of the function where there is a Broker for them; the old ones go once the new ones are ready. */
export async function reconcileExpose(pass: FunctionPass): Promise<StepResult<ExposeFacts>> {
  const { caches, function: fn, settings } = pass;
  const { brokers, triggers } = caches;
  const missing = [brokers, triggers].find(({ unavailable }) => unavailable !== undefined);
  const isOff = fn.spec.eventing?.enabled === false;
  if (missing !== undefined) {
    if (isOff) return { facts: { kind: 'off' } };
    return { facts: { kind: 'notInstalled', resource: missing.name }, againMs: unsettledMs };
  }
  if (isOff) {
    await removeTriggers(ownTriggers(pass), pass.client, pass.context.signal);
    return { facts: { kind: 'off' } };
  }
  const invalid = validateEventing(fn, settings.eventing.invocations);
  return invalid === undefined ? expose(pass) : { facts: { kind: 'invalid', finding: invalid } };
}

interface FoundBroker {
  readonly brokerName: string;
  readonly broker: Broker | undefined;
  /** What the API server said when the Broker was to be made. */
  readonly refusal: string | undefined;
}

async function findBroker(pass: FunctionPass): Promise<FoundBroker> {
  const { caches, function: fn, settings } = pass;
  const { metadata, spec } = fn;
  const brokerName = spec.eventing?.brokerName ?? settings.eventing.broker;
  const known =
    caches.brokers.cache.get(`${metadata.namespace}/${brokerName}`) ?? (await ensureBroker(pass, brokerName));
  return known instanceof ApiError
    ? { brokerName, broker: undefined, refusal: known.message }
    : { brokerName, broker: known, refusal: undefined };
}

async function expose(pass: FunctionPass): Promise<StepResult<ExposeFacts>> {
  const { function: fn, settings } = pass;
  const wanted = buildTriggers(fn, settings.eventing);
  const found = await findBroker(pass);
  const triggers: Trigger[] = [];
  for (const trigger of found.broker === undefined ? [] : wanted) {
    try {
      triggers.push(await ensureObject(pass, pass.caches.triggers, triggerResource, trigger));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const { name } = trigger.metadata;
      return { facts: { kind: 'refused', trigger: name, cause: error.message }, againMs: unsettledMs };
    }
  }
  const names = wanted.map(({ metadata: { name } }) => name);
  if (triggers.length === wanted.length && triggers.every(isReady)) {
    const old = ownTriggers(pass).filter(({ metadata }) => !names.includes(metadata.name));
    await removeTriggers(old, pass.client, pass.context.signal);
  }
  const types = invocationTypes(fn, settings.eventing.invocations);
  const facts = { ...found, wanted: names, triggers, types, subject: fn.metadata.name } as const;
  const whole = { facts: { kind: 'triggers', ...facts } } as const;
  return found.refusal === undefined ? whole : { ...whole, againMs: unsettledMs };
}

const isReady = (trigger: Trigger): boolean => currentCondition(trigger, 'Ready')?.status === 'True';

function ownTriggers({ caches, function: { metadata }, key }: FunctionPass): readonly Trigger[] {
  return caches.triggers.cache
    .byIndex(byFunction, key)
    .filter((trigger) => trigger.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid));
}
