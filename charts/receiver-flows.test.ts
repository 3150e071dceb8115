import { expect, test } from '@jest/globals';
import { type Environment, environmentSchema, readEnvironments } from '../stacks/index.ts';
import { inNamespaces, tcp } from './flow.ts';
import { receiverFlows } from './receiver-flows.ts';

const classifier = { namespace: 'models', port: 9000 };
const asked = { to: inNamespaces('models'), ports: tcp(9000) };

const withClassifier = (environment: Environment): Environment =>
  environmentSchema.parse({ ...environment, receiver: { ...environment.receiver, classifier } });

test.each(readEnvironments())('the receiver of $name reaches a classifier where one is named, and only then', (one) => {
  expect(receiverFlows(withClassifier(one))).toContainEqual(expect.objectContaining(asked));
  expect(receiverFlows(one)).not.toContainEqual(expect.objectContaining(asked));
});
