import type { LambdaAgent } from '../api/index.ts';
import { type AppliedBroker, buildBroker } from '../specs/broker.ts';
import { agentLabels, controllerReference } from '../specs/ownership.ts';
import {
  type AppliedRabbitmqBrokerConfig,
  buildRabbitmqBrokerConfig,
  type RabbitmqSettings,
} from '../specs/rabbitmq-broker-config.ts';
import type { AgentSettings, BrokerMode } from './settings.ts';

/** Broker that an agent of the name reads; senders and forwards of other namespaces know it by this name. */
export function brokerName(agent: string, mode: BrokerMode): string {
  return mode.kind === 'shared' ? mode.name : `${agent}-broker`;
}

/** The RabbitMQ behind the broker of one agent; undefined where neither the agent nor its environment names one. */
export function rabbitmqOf({ spec }: LambdaAgent, mode: BrokerMode): RabbitmqSettings | undefined {
  const own = spec.eventing?.rabbitmq;
  const environment = mode.kind === 'dedicated' ? mode.rabbitmq : undefined;
  return own === undefined
    ? environment
    : {
        queueType: environment?.queueType ?? 'quorum',
        vhost: environment?.vhost ?? '/',
        cluster: { by: 'name', name: own.clusterName, namespace: own.namespace },
      };
}

export interface AgentBroker {
  readonly config: AppliedRabbitmqBrokerConfig;
  readonly broker: AppliedBroker;
}

/**
 * The broker of one agent, gone with it. It has no dead-letter sink, as its spec can never change: its Triggers have.
 */
export function buildAgentBroker(
  agent: LambdaAgent,
  rabbitmq: RabbitmqSettings,
  { broker }: AgentSettings,
): AgentBroker {
  const { name: agentName, namespace } = agent.metadata;
  const name = brokerName(agentName, broker);
  const configName = `${name}-config`;
  const owners = [controllerReference(agent)];
  const shared = { namespace, owners } as const;
  return {
    config: buildRabbitmqBrokerConfig({
      ...shared,
      name: configName,
      labels: agentLabels(agentName, 'agent-broker-config'),
      rabbitmq,
    }),
    broker: buildBroker({
      ...shared,
      name,
      configName,
      labels: agentLabels(agentName, 'agent-broker'),
      deadLetterSink: undefined,
    }),
  };
}
