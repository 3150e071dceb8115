import { studioBase } from './bases.ts';
import type { EnvironmentValues } from './environment.ts';
import { studio } from './studio.ts';

export const studio1Node: EnvironmentValues = {
  ...studio,
  name: 'studio-1-node',
  role: 'light-production',
  replaces: 'studio',
  cluster: { ...studioBase.cluster, name: 'studio-1-node', context: 'homelab-studio-1-node', nodes: 1 },
  // no disruption budget: a drain of the only node would never end
  operator: studioBase.operator,
  receiver: {
    ...studioBase.receiver,
    ingress: { ...studioBase.receiver.ingress, host: 'builder.studio-1-node.knative-lambda.homelab' },
  },
  capacity: { ...studio.capacity, functions: 20, agents: 20, activePods: 50 },
  cloud: {
    account: '339954290315',
    region: 'us-west-2',
    oidcIssuer: 'https://oidc.studio-1-node.homelab',
    roles: {
      operator: 'knative-lambda-operator-studio-1-node',
      receiver: 'knative-lambda-receiver-studio-1-node',
      uploads: 'knative-lambda-uploads-studio-1-node',
      builder: 'knative-lambda-builder-studio-1-node',
      secrets: 'knative-lambda-secrets-studio-1-node',
    },
  },
  imageRegistry: {
    kind: 'ecr',
    operatorRepository: 'knative-lambda-builder-studio-1-node',
    functionsRepository: 'knative-lambdas-studio-1-node',
    untaggedDays: 90,
  },
  codeStore: { kind: 's3', bucket: 'knative-lambda-fusion-code-studio-1-node', prefix: 'global/parser/' },
  secrets: { backend: 'external', prefix: 'knative-lambda/studio-1-node' },
  rabbitmq: { ...studioBase.rabbitmq, replicas: 1 },
  delivery: {
    ...studio.delivery,
    kustomization: 'studio-1-node-04-knative-instances',
    dependsOn: ['studio-1-node-02-observability', 'studio-1-node-03-knative-deps'],
  },
};
