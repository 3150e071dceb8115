import { studioBase } from './bases.ts';
import type { EnvironmentValues } from './environment.ts';

export const studio: EnvironmentValues = {
  ...studioBase,
  name: 'studio',
  role: 'production',
  cluster: { ...studioBase.cluster, nodes: 4 },
  operator: { ...studioBase.operator, minAvailable: 1 },
  receiver: { ...studioBase.receiver, minAvailable: 1 },
  namespaces: { control: 'knative-lambda', functions: ['knative-lambda-functions'] },
  cloud: {
    account: '339954290315',
    region: 'us-west-2',
    // IAM must be able to read the signing keys of the cluster here: set it to the address they are published at
    oidcIssuer: 'https://oidc.studio.homelab',
    roles: {
      operator: 'knative-lambda-operator-studio',
      receiver: 'knative-lambda-receiver-studio',
      uploads: 'knative-lambda-uploads-studio',
      builder: 'knative-lambda-builder-studio',
      secrets: 'knative-lambda-secrets-studio',
    },
  },
  imageRegistry: {
    kind: 'ecr',
    operatorRepository: 'knative-lambda-builder-studio',
    functionsRepository: 'knative-lambdas-studio',
    untaggedDays: 90,
  },
  codeStore: { kind: 's3', bucket: 'knative-lambda-fusion-code-studio', prefix: 'global/parser/' },
  secrets: { backend: 'external', prefix: 'knative-lambda/studio' },
};
