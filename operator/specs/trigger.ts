import { brokerResources, eventTypes, type LambdaFunction } from '../api/index.ts';
import type { KubernetesObject } from '../kube/object.ts';
import type { Resource } from '../kube/resource.ts';
import { type AppliedObject, canonicalJson, hashOf, withAppliedHash } from './applied-object.ts';
import type { KnativeCondition } from './knative-condition.ts';
import { requestTimeout } from './knative-service.ts';
import { controllerReference, objectLabels } from './ownership.ts';

interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** An object that has an address, and a path below it. */
export interface Destination {
  readonly ref: ObjectReference;
  readonly uri?: string;
}

/** An address outside of what Kubernetes resolves. */
export interface Address {
  readonly uri: string;
}

export interface DeliverySpec {
  readonly retry: number;
  readonly backoffPolicy: 'exponential';
  /** ISO 8601; it doubles with each retry. */
  readonly backoffDelay: string;
  /** ISO 8601; the longest that one delivery may take. */
  readonly timeout?: string;
  readonly deadLetterSink?: Destination;
}

interface TriggerSpec {
  readonly broker: string;
  /** The RabbitMQ broker compares exactly, and reads no other filter. */
  readonly filter: { readonly attributes: Readonly<Record<string, string>> };
  readonly subscriber: Destination | Address;
  readonly delivery: DeliverySpec;
}

export interface AppliedTrigger extends AppliedObject {
  readonly apiVersion: 'eventing.knative.dev/v1';
  readonly kind: 'Trigger';
  readonly spec: TriggerSpec;
}

/** A Trigger, as far as the operator reads it. */
export interface Trigger extends KubernetesObject {
  readonly spec: { readonly broker: string };
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly KnativeCondition[] };
}

export const triggerResource: Resource<Trigger> = {
  group: 'eventing.knative.dev',
  version: 'v1',
  kind: 'Trigger',
  plural: 'triggers',
  namespaced: true,
};

export type Invocation = 'invokeSync' | 'invokeAsync' | 'invokeScheduled';

export interface TriggerSettings {
  /** The broker of a namespace. */
  readonly broker: string;
  /** Events that wake a function; each type is a Trigger, and a pod that dispatches it. */
  readonly invocations: readonly Invocation[];
  /** Where events of a broker that is not the platform's go when they cannot be delivered. */
  readonly deadLetterSink: Destination | undefined;
  /** Longest call where the function sets none, in seconds. */
  readonly timeoutSeconds: number;
}

/** The event types that wake a function, each once. */
export function invocationTypes({ spec }: LambdaFunction, invocations: readonly Invocation[]): readonly string[] {
  return [...new Set(invocations.map((one) => spec.eventing?.eventTypes?.[one] ?? eventTypes[one]))];
}

/**
 * Triggers of a function; none where eventing is off. An event must carry the name of the function as subject and a type
 * that asks for a call: what a function answers has another type, so that it can never wake the function again.
 */
export function buildTriggers(fn: LambdaFunction, settings: TriggerSettings): readonly AppliedTrigger[] {
  return fn.spec.eventing?.enabled === false
    ? []
    : invocationTypes(fn, settings.invocations).map((type) => buildTrigger(fn, type, settings));
}

function buildTrigger(fn: LambdaFunction, type: string, settings: TriggerSettings): AppliedTrigger {
  const { metadata, spec } = fn;
  const { eventing } = spec;
  const { name, namespace } = metadata;
  const broker = eventing?.brokerName ?? settings.broker;
  const attributes = { subject: name, type };
  const service = eventing?.subscriberServiceName ?? name;
  const base = eventing?.resourcePrefix === undefined ? name : `${eventing.resourcePrefix}-${name}`;
  return withAppliedHash({
    apiVersion: 'eventing.knative.dev/v1',
    kind: 'Trigger',
    metadata: {
      name: triggerName(base, { broker, attributes }),
      namespace,
      ownerReferences: [controllerReference(fn)],
      labels: objectLabels(name, 'trigger'),
      annotations: {
        'rabbitmq.eventing.knative.dev/parallelism': String(eventing?.rabbitmq?.parallelism ?? defaultParallelism),
        ...dispatcherResources,
      },
    },
    spec: {
      broker,
      filter: { attributes },
      subscriber: { ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: service, namespace } },
      delivery: delivery(fn, settings, broker),
    },
  } satisfies AppliedTrigger);
}

const defaultParallelism = 50;

/** Annotations that bound the pod that dispatches a Trigger. */
export const dispatcherResources = {
  'rabbitmq.eventing.knative.dev/cpu-request': brokerResources.dispatcher.requests.cpu,
  'rabbitmq.eventing.knative.dev/cpu-limit': brokerResources.dispatcher.limits.cpu,
  'rabbitmq.eventing.knative.dev/memory-request': brokerResources.dispatcher.requests.memory,
  'rabbitmq.eventing.knative.dev/memory-limit': brokerResources.dispatcher.limits.memory,
};

/** Broker and filter of a Trigger never change: what they are is in the name, so that another one is made beside it. */
export function triggerName(base: string, fixed: object): string {
  const hash = hashOf(canonicalJson(fixed), 8);
  return `${base.slice(0, 63 - hash.length - 1).replace(/-+$/, '')}-${hash}`;
}

/** A delivery of its own replaces that of the broker whole, but for the sink: a queue without one keeps the broker's. */
function delivery({ spec }: LambdaFunction, settings: TriggerSettings, broker: string): DeliverySpec {
  const deadLetter = spec.eventing?.dlq;
  const keepsOwn = broker !== settings.broker && deadLetter?.enabled !== false;
  return {
    retry: deadLetter?.retryMaxAttempts ?? 5,
    backoffPolicy: 'exponential',
    backoffDelay: deadLetter?.retryBackoffDelay ?? 'PT1S',
    timeout: `PT${requestTimeout(spec, settings.timeoutSeconds)}S`,
    ...(keepsOwn && settings.deadLetterSink !== undefined ? { deadLetterSink: settings.deadLetterSink } : {}),
  };
}
