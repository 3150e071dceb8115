import { labels, type LambdaAgent } from '../api/index.ts';
import { withAppliedHash } from '../specs/applied-object.ts';
import { requestTimeout } from '../specs/knative-service.ts';
import { agentLabels, controllerReference } from '../specs/ownership.ts';
import {
  type Address,
  type AppliedTrigger,
  type DeliverySpec,
  type Destination,
  dispatcherResources,
  triggerName,
} from '../specs/trigger.ts';
import { brokerName } from './broker.ts';
import type { Forward } from './forward.ts';
import type { AgentSettings } from './settings.ts';

type Subscription = NonNullable<NonNullable<LambdaAgent['spec']['eventing']>['subscriptions']>[number];

/** The broker compares types as they are: only `*` alone can be met, as no filter at all. */
export const isUnmatched = (type: string): boolean => type !== '*' && type.includes('*');

/** The Trigger of a subscription. */
export function buildSubscriptionTrigger(
  agent: LambdaAgent,
  { description, eventType, source }: Subscription,
  settings: AgentSettings,
): AppliedTrigger {
  return buildTrigger(agent, settings, {
    component: 'trigger',
    attributes: { ...typeFilter(eventType), ...(source === undefined ? {} : { source }) },
    base: nameOfType(eventType),
    subscriber: serviceOf(agent.metadata.name, agent.metadata.namespace),
    labels: typeLabel(eventType),
    description,
    annotations: { 'rabbitmq.eventing.knative.dev/parallelism': String(runsOfSubscription(agent)) },
    identity: {},
  });
}

const defaultRuns = 10;

/** Deliveries at a time: what is open at the agent is never more than its limit. */
function runsOfSubscription({ spec }: LambdaAgent): number {
  const { maxRunsInFlight, subscriptions = [] } = spec.eventing ?? {};
  if (maxRunsInFlight === undefined) return defaultRuns;
  return Math.max(1, Math.floor(maxRunsInFlight / Math.max(1, subscriptions.length)));
}

/** The Trigger that sends events of one type on to another agent. */
export function buildForwardTrigger(
  agent: LambdaAgent,
  { agent: target, description, namespace, type }: Forward,
  subscriber: Destination | Address,
  settings: AgentSettings,
): AppliedTrigger {
  return buildTrigger(agent, settings, {
    component: 'trigger-forward',
    attributes: typeFilter(type),
    base: `fwd-${target}-${nameOfType(type)}`,
    subscriber,
    labels: { ...typeLabel(type), [labels.targetAgent]: target, [labels.targetNamespace]: namespace },
    description,
    annotations: {},
    identity: { target, namespace },
  });
}

/** A Knative Service as the subscriber of a Trigger. */
export function serviceOf(name: string, namespace: string): Destination {
  return { ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name, namespace } };
}

interface TriggerProps {
  readonly component: 'trigger' | 'trigger-forward';
  readonly attributes: Readonly<Record<string, string>>;
  /** What the name says of it beside the agent. */
  readonly base: string;
  readonly subscriber: Destination | Address;
  readonly labels: Readonly<Record<string, string>>;
  readonly description: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  /** What tells it from others with the same filter. */
  readonly identity: Readonly<Record<string, string>>;
}

function buildTrigger(agent: LambdaAgent, settings: AgentSettings, props: TriggerProps): AppliedTrigger {
  const { attributes, base, component, description, identity, subscriber } = props;
  const { name, namespace } = agent.metadata;
  const broker = brokerName(name, settings.broker);
  return withAppliedHash({
    apiVersion: 'eventing.knative.dev/v1',
    kind: 'Trigger',
    metadata: {
      name: triggerName(`${name}-${base}`, { agent: name, broker, component, attributes, identity }),
      namespace,
      ownerReferences: [controllerReference(agent)],
      labels: { ...agentLabels(name, component), ...props.labels },
      annotations: {
        ...dispatcherResources,
        ...props.annotations,
        ...(description === undefined ? {} : { 'kubernetes.io/description': description }),
      },
    },
    spec: { broker, filter: { attributes }, subscriber, delivery: delivery(agent, settings) },
  } satisfies AppliedTrigger);
}

const typeFilter = (type: string): Readonly<Record<string, string>> => (type === '*' ? {} : { type });

const nameOfType = (type: string): string =>
  type
    .replaceAll('*', 'all')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

/** Where it can be one: a label has 63 characters at most. */
function typeLabel(type: string): Record<string, string> {
  return /^[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/.test(type) ? { [labels.eventType]: type } : {};
}

const defaultRetries = 3;

function delivery({ spec }: LambdaAgent, { deadLetterSink, serving }: AgentSettings): DeliverySpec {
  const { enabled = true, retryMaxAttempts = defaultRetries } = spec.eventing?.dlq ?? {};
  return {
    retry: retryMaxAttempts,
    backoffPolicy: 'exponential',
    backoffDelay: 'PT1S',
    timeout: `PT${requestTimeout(spec, serving.timeoutSeconds)}S`,
    ...(enabled && deadLetterSink !== undefined ? { deadLetterSink } : {}),
  };
}
