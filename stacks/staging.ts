import { tierBase } from './bases.ts';
import type { EnvironmentValues } from './environment.ts';

export const staging: EnvironmentValues = {
  ...tierBase,
  name: 'staging',
  role: 'pre-production',
  namespaces: { control: 'knative-lambda-staging', functions: ['knative-lambda-staging-functions'] },
  receiver: {
    form: 'deployment',
    replicas: 2,
    autoscaling: { minReplicas: 2, maxReplicas: 5, cpuUtilization: 70 },
    resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '1', memory: '2Gi' } },
    ingress: {
      controller: 'alb',
      host: 'builder.staging.knative-lambda.homelab',
      scheme: 'internal',
      sourceCidrs: ['10.0.0.0/16'],
    },
  },
  builds: { ...tierBase.builds, maxConcurrent: 10 },
  capacity: { ...tierBase.capacity, functions: 50, agents: 10, activePods: 80 },
  quota: {
    ...tierBase.quota,
    control: {
      requestsCpu: '8',
      requestsMemory: '16Gi',
      limitsCpu: '16',
      limitsMemory: '32Gi',
      pods: 50,
      services: 10,
      persistentVolumeClaims: 5,
    },
  },
  cloud: {
    account: '339954290315',
    region: 'us-west-2',
    roles: {
      operator: 'knative-lambda-operator-staging',
      receiver: 'knative-lambda-receiver-staging',
      uploads: 'knative-lambda-uploads-staging',
      builder: 'knative-lambda-builder-staging',
      secrets: 'knative-lambda-secrets-staging',
    },
    pipeline: {
      repository: 'brunolucena/homelab',
      only: { kind: 'environment', name: 'staging' },
      ownsProvider: false,
    },
  },
  imageRegistry: {
    kind: 'ecr',
    operatorRepository: 'knative-lambda-builder-staging',
    functionsRepository: 'knative-lambdas-staging',
    untaggedDays: 30,
  },
  codeStore: { kind: 's3', bucket: 'knative-lambda-fusion-code-staging', prefix: 'global/parser/' },
  secrets: { backend: 'external', prefix: 'knative-lambda/staging' },
  rabbitmq: {
    ...tierBase.rabbitmq,
    vhost: '/knative-lambda-staging',
    queues: {
      builds: 'build-events-staging',
      services: 'service-events-staging',
      results: 'results-staging',
      deadLetters: 'lambda-dlq-queue-staging',
    },
    user: 'knative-lambda-staging',
  },
  rollout: { ...tierBase.rollout, canary: 'default', canaryReplicas: 2 },
  loadTests: 'smoke-before-promotion',
  delivery: { ...tierBase.delivery, kustomization: 'knative-lambda-staging', promotion: 'approval' },
  access: [{ group: 'developers', binding: 'developers', functions: 'edit', control: 'view' }],
  cost: { computeUsd: 150, storageUsd: 20, transferUsd: 10, alertEmails: [] },
};
