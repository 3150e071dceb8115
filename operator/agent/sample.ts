import { apiVersion, type LambdaAgent, lambdaAgentSchema } from '../api/index.ts';
import { sampleSettings as functionSettings } from '../function/sample.ts';
import type { AgentSettings } from './settings.ts';

/** For tests: an agent as the API server returns it, with the defaults of its schema. */
export function sampleAgent(spec: object = {}, metadata: object = {}, status?: object): LambdaAgent {
  return lambdaAgentSchema.parse({
    apiVersion,
    kind: 'LambdaAgent',
    metadata: {
      name: 'bruno',
      namespace: 'agents',
      uid: '5d0c1f52-53a8-4a8e-9b43-5f4b3d0f2a10',
      resourceVersion: '1042',
      generation: 3,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
    spec: { image: { repository: 'localhost:5001/agent-bruno/chatbot', tag: '0.1.0' }, ...spec },
    ...(status === undefined ? {} : { status }),
  });
}

/** For tests: what an environment decides where each agent has a broker. */
export const sampleSettings: AgentSettings = {
  serving: functionSettings.serving,
  broker: {
    kind: 'dedicated',
    rabbitmq: {
      cluster: { by: 'name', name: 'rabbitmq-cluster-knative-lambda', namespace: 'knative-lambda' },
      queueType: 'quorum',
      vhost: '/',
    },
  },
  tiers: ['restricted', 'viewer', 'developer'],
  namespaceBroker: functionSettings.eventing.broker,
  deadLetterSink: functionSettings.eventing.deadLetterSink,
  supervision: { address: 'http://receiver.control', readKey: () => Promise.resolve('k'.repeat(32)) },
  meter: { image: 'registry.example.com/knative-lambda-operator:v0.1.0', pullPolicy: 'IfNotPresent' },
  maxTimeoutSeconds: 3600,
  enforceUsableBy: true,
};

/** For tests: what an environment decides where agents read the broker of their namespace. */
export const sharedSettings: AgentSettings = {
  ...sampleSettings,
  broker: { kind: 'shared', name: 'lambda-broker' },
};
