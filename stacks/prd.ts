import { tierBase } from './bases.ts';
import type { EnvironmentValues } from './environment.ts';

export const prd: EnvironmentValues = {
  ...tierBase,
  name: 'prd',
  role: 'production',
  // production owns what the three tiers share on their cluster, so that a CRD change needs its approval
  cluster: { ...tierBase.cluster, owner: true },
  namespaces: { control: 'knative-lambda-prd', functions: ['knative-lambda-prd-functions'] },
  logLevel: 'warn',
  operator: { ...tierBase.operator, replicas: 3, minAvailable: 2 },
  receiver: {
    form: 'deployment',
    replicas: 3,
    autoscaling: { minReplicas: 3, maxReplicas: 10, cpuUtilization: 60 },
    minAvailable: 2,
    resources: { requests: { cpu: '1', memory: '2Gi' }, limits: { cpu: '2', memory: '4Gi' } },
    ingress: {
      controller: 'alb',
      host: 'builder.prd.knative-lambda.homelab',
      scheme: 'internal',
      sourceCidrs: ['10.0.0.0/16'],
    },
  },
  builds: { ...tierBase.builds, maxConcurrent: 20 },
  capacity: { ...tierBase.capacity, functions: 200, agents: 50, activePods: 400 },
  quota: {
    ...tierBase.quota,
    control: {
      requestsCpu: '16',
      requestsMemory: '32Gi',
      limitsCpu: '32',
      limitsMemory: '64Gi',
      pods: 100,
      services: 20,
      persistentVolumeClaims: 10,
    },
  },
  cloud: {
    account: '339954290315',
    region: 'us-west-2',
    roles: {
      operator: 'knative-lambda-operator-prd',
      receiver: 'knative-lambda-receiver-prd',
      uploads: 'knative-lambda-uploads-prd',
      builder: 'knative-lambda-builder-prd',
      secrets: 'knative-lambda-secrets-prd',
    },
    pipeline: {
      repository: 'brunolucena/homelab',
      only: { kind: 'environment', name: 'production' },
      ownsProvider: true,
    },
  },
  imageRegistry: {
    kind: 'ecr',
    operatorRepository: 'knative-lambda-builder-prd',
    functionsRepository: 'knative-lambdas-prd',
    untaggedDays: 90,
  },
  codeStore: { kind: 's3', bucket: 'knative-lambda-fusion-code-prd', prefix: 'global/parser/' },
  secrets: { backend: 'external', prefix: 'knative-lambda/prd' },
  rabbitmq: {
    ...tierBase.rabbitmq,
    vhost: '/knative-lambda-prd',
    queues: {
      builds: 'build-events-prd',
      services: 'service-events-prd',
      results: 'results-prd',
      deadLetters: 'lambda-dlq-queue-prd',
    },
    user: 'knative-lambda-prd',
  },
  rollout: { ...tierBase.rollout, canary: 'conservative', canaryReplicas: 2, blueGreen: 'manual' },
  monitoring: { ...tierBase.monitoring, alerts: 'routed' },
  loadTests: 'none',
  delivery: { ...tierBase.delivery, kustomization: 'knative-lambda-prd', promotion: 'none' },
  access: [{ group: 'sre-team', binding: 'sre-team', functions: 'admin', control: 'admin' }],
  cost: { computeUsd: 320, storageUsd: 40, transferUsd: 15, alertEmails: [] },
};
