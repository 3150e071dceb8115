import type { LambdaAgentSpec } from '../api/index.ts';
import { askedInVain, type IneffectiveField } from '../conditions/ineffective-field.ts';
import { endpointNames } from './model-environment.ts';
import type { BrokerMode } from './settings.ts';

const ofScrape = 'one PodMonitor of the platform scrapes every agent';

/** Fields that have no effect yet, each with what to do. */
export const ineffectiveFields: readonly IneffectiveField[] = [
  { path: 'approval.slack.callbackUrl', instead: 'the Slack app says where it sends answers' },
  { path: 'observability.metrics.serviceMonitor', unsaid: true, instead: ofScrape },
  { path: 'observability.metrics.interval', unsaid: '30s', instead: ofScrape },
  { path: 'observability.metrics.timeout', unsaid: '10s', instead: ofScrape },
];

/** What an agent asks for in vain, each as `field: what to do`. */
export function fieldsWithoutEffect(spec: LambdaAgentSpec, mode: BrokerMode): readonly string[] {
  return [
    ...askedInVain(ineffectiveFields, spec),
    ...ofActingAlone(spec),
    ...ofOwnEndpoint(spec),
    ...(mode.kind === 'shared' ? ofSharedBroker(spec) : []),
  ];
}

/** Who is not supervised asks nobody. */
function ofActingAlone({ approval, operationMode }: LambdaAgentSpec): readonly string[] {
  return approval === undefined || operationMode === 'supervised'
    ? []
    : ['spec.approval (nobody is asked: add operationMode: supervised)'];
}

/** What the author sets wins, and leads past the meter. */
function ofOwnEndpoint({ ai, budget, env = [] }: LambdaAgentSpec): readonly string[] {
  if (budget === undefined || ai === undefined) return [];
  const names = new Set(endpointNames(ai.provider));
  const set = env.flatMap(({ name }) => (names.has(name) ? [name] : []));
  return set.length === 0
    ? []
    : [`spec.budget (env ${set.join(', ')} leads past the meter: set spec.ai.endpoint instead)`];
}

/** One broker serves the namespace, with its RabbitMQ and its dead letters. */
function ofSharedBroker({ eventing }: LambdaAgentSpec): readonly string[] {
  const instead = 'one broker serves the namespace: it is set in the environment';
  return [
    ...(eventing?.rabbitmq === undefined ? [] : [`spec.eventing.rabbitmq (${instead})`]),
    ...(eventing?.dlq?.enabled === false ? [`spec.eventing.dlq.enabled: false (${instead})`] : []),
  ];
}
