import { brokerName } from '../agent/broker.ts';
import { functionBroker, ingressAddress, sendToBroker } from './broker-invoker.ts';
import type { DeliverIntent } from './event-router.ts';

/** Whose Broker agents read: one each, or that of their namespace. */
export type AgentBroker = 'dedicated' | 'shared';

/**
 * Hands events to the Broker that the target reads: it keeps them while the target sleeps, and wakes it.
 * @param addressOf default {@link ingressAddress}
 */
export function deliverByBroker(agentBroker: AgentBroker, addressOf = ingressAddress): DeliverIntent {
  const mode =
    agentBroker === 'shared'
      ? { kind: agentBroker, name: functionBroker }
      : ({ kind: agentBroker, rabbitmq: undefined } as const);
  return async ({ kind, name, namespace }, event) => {
    const broker = kind === 'agent' ? brokerName(name, mode) : functionBroker;
    await sendToBroker(addressOf(broker, namespace), event, { broker, namespace });
  };
}
