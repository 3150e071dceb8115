import { addBrokers } from './broker.ts';
import { eventingFlows } from './eventing-flows.ts';
import type { Part } from './part.ts';
import { addQueues } from './queues.ts';
import { addBrokerAccount, addBrokerNodes } from './rabbitmq.ts';

/** The event broker: its nodes where they are owned, the account of the environment, queues, Brokers and dead letters. */
export const eventingPart: Part = {
  name: 'eventing',
  flows: eventingFlows,
  build(chart, { environment }) {
    addBrokerNodes(chart, environment);
    addBrokerAccount(chart, environment);
    addQueues(chart, environment);
    addBrokers(chart, environment);
  },
};
