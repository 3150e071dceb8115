import type { EnvironmentValues } from './environment.ts';

type Base = Omit<EnvironmentValues, 'name' | 'role' | 'namespaces' | 'imageRegistry' | 'codeStore' | 'secrets'>;
type Common = Pick<
  Base,
  | 'builds'
  | 'capacity'
  | 'knative'
  | 'functionsIngress'
  | 'quota'
  | 'rollout'
  | 'monitoring'
  | 'loadTests'
  | 'delivery'
  | 'access'
  | 'features'
>;

const functionPod = {
  requests: { cpu: '50m', memory: '64Mi' },
  limits: { cpu: '100m', memory: '128Mi' },
} as const;

const buildPod = {
  requests: { cpu: '500m', memory: '1Gi' },
  limits: { cpu: '2', memory: '4Gi' },
} as const;

/** What holds everywhere unless an environment says otherwise. */
const common = {
  builds: {
    maxConcurrent: 50,
    builder: 'kaniko',
    resources: buildPod,
    nodeSelector: {},
    tolerations: [],
    scratchSize: '4Gi',
    trustedHosts: [],
  },
  capacity: {
    functions: 10,
    agents: 5,
    activePods: 20,
    subscriptionsPerAgent: 2,
    retainedRevisions: 2,
    podResources: functionPod,
  },
  knative: {
    version: '1.19',
    maxCallSeconds: 3600,
    skipTagResolving: ['kind.local', 'ko.local', 'dev.local', 'kind-registry:5000', 'localhost:5001', 'ghcr.io'],
  },
  functionsIngress: { exposure: 'cluster-local' },
  quota: { control: 'derived', headroomPercent: 25 },
  rollout: {
    canary: 'none',
    canaryReplicas: 0,
    abTesting: false,
    blueGreen: 'none',
    loadTester: { url: 'http://flagger-loadtester.flagger-system', namespace: 'flagger-system' },
    alertChannel: 'deployments',
  },
  monitoring: {
    namespace: 'prometheus',
    prometheusUrl: 'http://kube-prometheus-stack-prometheus.prometheus:9090',
    serviceMonitors: true,
    alerts: 'silent',
    pagingSeverity: 'critical',
    release: 'kube-prometheus-stack',
    grafana: 'https://grafana.homelab',
    runbooks: 'https://github.com/brunolucena/homelab/blob/main/docs/runbooks',
    federates: [],
    remoteWriteUrl: 'http://kube-prometheus-stack-prometheus.prometheus.svc.cluster.local:9090/api/v1/write',
    tracesEndpoint: 'tempo.tempo.svc:4318',
    tracesNamespace: 'tempo',
    samplingRatio: 1,
    coreHourUsd: 0.04,
  },
  loadTests: 'on-demand',
  delivery: {
    mode: 'gitops',
    flux: { kind: 'installed' },
    kustomization: 'knative-lambda',
    repository: 'https://github.com/brunolucena/homelab',
    source: 'homelab',
    credentialsSecret: 'github-token',
    path: './flux/clusters/homelab/infrastructure/knative-lambda',
    dependsOn: [],
    branch: 'main',
    promotion: 'none',
    webhookSecret: 'flux-webhook-token',
    notifications: { provider: 'slack', channel: '#deployments', addressSecret: 'slack-deployments' },
  },
  access: [],
  features: {
    sampleFunctions: false,
    enforceUsableBy: true,
    watchSecretVersions: true,
    agentBroker: 'dedicated',
    agentTiers: [],
    interfaces: [],
    lifecycleEvents: 'broker',
    auditEvents: false,
    deadLetterRetentionDays: 'forever',
  },
} as const satisfies Common;

/** Published figures: 10 000 messages a queue, 50 000 dead letters for a week; deliveries match the retries of a Broker. */
const queueLimits = { queueLength: 10_000, deliveries: 5, deadLetters: 50_000, deadLetterDays: 7 } as const;

/** A broker beside the operator, in the control namespace. */
const ownBroker = {
  cluster: 'rabbitmq-cluster-knative-lambda',
  namespace: 'knative-lambda',
  owned: true,
  host: 'rabbitmq-cluster-knative-lambda.knative-lambda.svc.cluster.local',
  replicas: 1,
  vhost: '/',
  queues: {
    builds: 'build-events',
    services: 'service-events',
    results: 'results',
    deadLetters: 'lambda-dlq-queue',
  },
  user: 'knative-lambda',
  node: {
    resources: { requests: { cpu: '100m', memory: '512Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
    storage: '2Gi',
    storageClass: 'standard',
  },
  limits: queueLimits,
  agentBrokers: 'dedicated',
} as const satisfies Base['rabbitmq'];

/** kind on one machine: nodes and API server have addresses of its docker network. */
const kindNetwork = {
  distribution: 'kind',
  owner: true,
  host: 'homelab',
  nodeCidrs: ['172.18.0.0/16'],
  apiServer: { cidrs: ['172.18.0.0/16'], ports: [6443] },
} as const satisfies Partial<Base['cluster']>;

/** What dev, staging and prd have in common: one EKS cluster in us-west-2, one namespace set, vhost and role set each. */
export const tierBase = {
  ...common,
  // one cluster, one number: Knative keeps as many revisions for all
  capacity: { ...common.capacity, retainedRevisions: 3 },
  cluster: {
    name: 'tiers',
    context: 'homelab-tiers',
    distribution: 'eks',
    owner: false,
    // the range of the VPC: set it to that of the real one
    nodeCidrs: ['10.0.0.0/16'],
    apiServer: { cidrs: ['10.0.0.0/16'], ports: [443] },
  },
  watch: 'listed',
  mesh: { injected: true, cni: true, proxy: { cpuLimit: '100m', memoryLimit: '128Mi' } },
  logLevel: 'info',
  imagePullPolicy: 'IfNotPresent',
  operator: {
    replicas: 2,
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
  },
  receiver: { form: 'deployment', replicas: 1, resources: buildPod },
  rabbitmq: {
    cluster: 'rabbitmq',
    namespace: 'rabbitmq-system',
    owned: false,
    host: 'rabbitmq.rabbitmq-system.svc.cluster.local',
    replicas: 3,
    vhost: '/knative-lambda',
    queues: {
      builds: 'build-events',
      services: 'service-events',
      results: 'results',
      deadLetters: 'lambda-dlq-queue',
    },
    user: 'knative-lambda',
    limits: queueLimits,
    agentBrokers: 'dedicated',
  },
  rollout: { ...common.rollout, blueGreen: 'optional' },
} as const satisfies Base;

/** What pro and pro-1-node have in common: a kind cluster without a cloud, a local registry and MinIO. */
export const proBase = {
  ...common,
  cluster: {
    ...kindNetwork,
    name: 'pro',
    context: 'homelab-pro',
    hostPorts: { base: 31000, count: 1000 },
  },
  watch: 'all',
  mesh: { injected: true, cni: false, proxy: { cpuRequest: '1m', cpuLimit: '100m', memoryLimit: '128Mi' } },
  logLevel: 'debug',
  imagePullPolicy: 'Always',
  operator: {
    replicas: 1,
    resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { cpu: '500m', memory: '256Mi' } },
  },
  receiver: {
    form: 'knative-service',
    minScale: 0,
    maxScale: 20,
    targetConcurrency: 10,
    resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { cpu: '200m', memory: '256Mi' } },
  },
  capacity: { ...common.capacity, functions: 25, agents: 10, activePods: 50 },
  rabbitmq: ownBroker,
  loadTests: 'installed',
  delivery: {
    ...common.delivery,
    kustomization: 'pro-04-knative-instances',
    dependsOn: ['pro-02-observability', 'pro-03-knative-deps'],
    promotion: 'merge',
  },
  features: {
    ...common.features,
    sampleFunctions: true,
    agentTiers: ['restricted', 'viewer'],
    interfaces: ['a2a', 'mcp'],
  },
} as const satisfies Base;

/** What studio and studio-1-node have in common: a kind cluster in production, with ECR and S3. */
export const studioBase = {
  ...common,
  cluster: {
    ...kindNetwork,
    name: 'studio',
    context: 'homelab-studio',
    hostPorts: { base: 32000, count: 1000 },
  },
  watch: 'all',
  mesh: { injected: true, cni: false, proxy: { cpuLimit: '100m', memoryLimit: '128Mi' } },
  logLevel: 'info',
  imagePullPolicy: 'Always',
  operator: {
    replicas: 2,
    resources: { requests: { cpu: '50m', memory: '512Mi' }, limits: { cpu: '1', memory: '512Mi' } },
  },
  receiver: {
    form: 'deployment',
    replicas: 2,
    resources: { requests: { cpu: '50m', memory: '256Mi' }, limits: { cpu: '1', memory: '512Mi' } },
    ingress: {
      controller: 'nginx',
      host: 'builder.knative-lambda.homelab',
      namespace: 'ingress-nginx',
      clusterIssuer: 'knative-lambda',
    },
  },
  capacity: { ...common.capacity, functions: 30, agents: 50, activePods: 120, retainedRevisions: 3 },
  rabbitmq: { ...ownBroker, replicas: 3 },
  rollout: { ...common.rollout, canary: 'conservative', canaryReplicas: 2, abTesting: true },
  monitoring: { ...common.monitoring, alerts: 'routed' },
  delivery: {
    ...common.delivery,
    kustomization: 'studio-04-knative-instances',
    dependsOn: ['studio-02-observability', 'studio-03-knative-deps'],
  },
} as const satisfies Base;
