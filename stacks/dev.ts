import { tierBase } from './bases.ts';
import type { EnvironmentValues } from './environment.ts';

export const dev: EnvironmentValues = {
  ...tierBase,
  name: 'dev',
  role: 'development',
  namespaces: { control: 'knative-lambda-dev', functions: ['knative-lambda-dev-functions'] },
  mesh: { ...tierBase.mesh, proxy: { ...tierBase.mesh.proxy, cpuRequest: '1m' } },
  logLevel: 'debug',
  imagePullPolicy: 'Always',
  operator: { ...tierBase.operator, replicas: 1 },
  receiver: {
    form: 'deployment',
    replicas: 1,
    resources: { requests: { cpu: '250m', memory: '512Mi' }, limits: { cpu: '500m', memory: '1Gi' } },
    ingress: {
      controller: 'alb',
      host: 'builder.dev.knative-lambda.homelab',
      scheme: 'internal',
      sourceCidrs: ['10.0.0.0/16'],
    },
  },
  features: { ...tierBase.features, agentTiers: ['restricted', 'viewer'], interfaces: ['a2a', 'mcp'] },
  builds: { ...tierBase.builds, maxConcurrent: 5 },
  capacity: { ...tierBase.capacity, functions: 20, agents: 5, activePods: 30 },
  quota: {
    ...tierBase.quota,
    control: {
      requestsCpu: '4',
      requestsMemory: '8Gi',
      limitsCpu: '8',
      limitsMemory: '16Gi',
      pods: 20,
      services: 5,
      persistentVolumeClaims: 2,
    },
  },
  cloud: {
    account: '339954290315',
    region: 'us-west-2',
    roles: {
      operator: 'knative-lambda-operator-dev',
      receiver: 'knative-lambda-receiver-dev',
      uploads: 'knative-lambda-uploads-dev',
      builder: 'knative-lambda-builder-dev',
      secrets: 'knative-lambda-secrets-dev',
    },
    pipeline: { repository: 'brunolucena/homelab', only: { kind: 'branch', name: 'main' }, ownsProvider: false },
  },
  imageRegistry: {
    kind: 'ecr',
    operatorRepository: 'knative-lambda-builder-dev',
    functionsRepository: 'knative-lambdas-dev',
    untaggedDays: 7,
  },
  codeStore: { kind: 's3', bucket: 'knative-lambda-fusion-code-dev', prefix: 'global/parser/' },
  secrets: { backend: 'external', prefix: 'knative-lambda/dev' },
  rabbitmq: {
    ...tierBase.rabbitmq,
    vhost: '/knative-lambda-dev',
    queues: {
      builds: 'build-events-dev',
      services: 'service-events-dev',
      results: 'results-dev',
      deadLetters: 'lambda-dlq-queue-dev',
    },
    user: 'knative-lambda-dev',
  },
  delivery: {
    ...tierBase.delivery,
    kustomization: 'knative-lambda-dev',
    promotion: 'automatic',
    imageAutomation: {
      // set it to where this project is kept
      repository: 'https://github.com/brunolucena/knative-lambda',
      source: 'knative-lambda',
      credentialsSecret: 'github-push-token',
      base: 'main',
      branch: 'image-updates',
      tags: '^dev-[0-9a-f]{7,40}-(?P<order>[0-9]+)$',
      author: { name: 'flux', email: 'flux@users.noreply.github.com' },
    },
  },
  access: [{ group: 'developers', binding: 'developers', functions: 'edit', control: 'view' }],
  cost: { computeUsd: 80, storageUsd: 10, transferUsd: 5, alertEmails: [] },
};
