import type { KubernetesObject } from '../kube/object.ts';
import { builders } from '../specs/builders.ts';
import type { Job } from '../specs/job.ts';
import type { KnativeCondition } from '../specs/knative-condition.ts';
import type { KnativeService } from '../specs/knative-service.ts';
import type { ContainerStatus, Pod } from '../specs/pod.ts';
import type { Revision } from '../specs/revision.ts';
import type { Trigger } from '../specs/trigger.ts';
import type { BuildJobFacts } from './build-state.ts';
import type { DeployFacts, ServiceFacts } from './deploy-state.ts';
import type { ExposeFacts } from './expose-state.ts';
import { sampleFunction } from './sample.ts';
import { type FunctionFacts, functionStatus } from './status.ts';

const now = new Date('2026-01-01T12:00:00.123Z');
export const digest = `sha256:${'c'.repeat(64)}`;

export const metadata = (name: string, more: object = {}): KubernetesObject['metadata'] => ({
  name,
  namespace: 'functions',
  uid: `uid-${name}`,
  resourceVersion: '1',
  generation: 1,
  creationTimestamp: '2026-01-01T11:00:00Z',
  ...more,
});

// Objects as the controllers of Kubernetes 1.34 and Knative Serving 1.19 write them.

export const jobWith = (status: Job['status'] = {}): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: metadata('build-k-1'),
  status: { startTime: '2026-01-01T11:00:01Z', ...status },
});

export const failedJob = (reason: string, message: string): Job =>
  jobWith({
    failed: 1,
    conditions: [
      { type: 'FailureTarget', status: 'True', reason, message },
      { type: 'Failed', status: 'True', reason, message, lastTransitionTime: '2026-01-01T11:30:00Z' },
    ],
  });

export const policyFailure = failedJob(
  'PodFailurePolicy',
  'Container build for pod functions/build-k-1-x2l4v failed with exit code 1 matching FailJob rule at index 1',
);

export const completeJob = jobWith({
  completionTime: '2026-01-01T11:02:00Z',
  conditions: [
    { type: 'SuccessCriteriaMet', status: 'True', reason: 'CompletionsReached' },
    {
      type: 'Complete',
      status: 'True',
      reason: 'CompletionsReached',
      message: 'Reached expected number of succeeded pods',
    },
  ],
});

export const podWith = (status: NonNullable<Pod['status']>, labels: object = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: metadata('build-k-1-x2l4v', { labels }),
  status,
});

export const ended = (name: string, exitCode: number, message = '', reason = 'Error'): ContainerStatus => ({
  name,
  ready: false,
  restartCount: 0,
  state: { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : reason, message } },
});

export const waiting = (name: string, reason: string, message = ''): ContainerStatus => ({
  name,
  ready: false,
  restartCount: 0,
  state: { waiting: { reason, message } },
});

export const running = (name: string): ContainerStatus => ({
  name,
  ready: false,
  state: { running: { startedAt: '' } },
});

/** A build pod whose last step is the one given; those before it went well. */
export const buildPod = (step: ContainerStatus, phase: 'Failed' | 'Running' | 'Pending' = 'Failed'): Pod => {
  const before = ['fetch', 'build', 'push'];
  const done = before.slice(0, before.indexOf(step.name)).map((name) => ended(name, 0));
  return step.name === 'push'
    ? podWith({ phase, initContainerStatuses: done, containerStatuses: [step] })
    : podWith({
        phase,
        initContainerStatuses: [...done, step],
        containerStatuses: [waiting('push', 'PodInitializing')],
      });
};

export const builtPod = podWith({
  phase: 'Succeeded',
  initContainerStatuses: [ended('fetch', 0), ended('build', 0, digest)],
  containerStatuses: [ended('push', 0)],
});

export const buildFacts = (job: Job, pods: readonly Pod[], more: Partial<BuildJobFacts> = {}): BuildJobFacts => ({
  kind: 'job',
  job,
  pods,
  builder: builders.kaniko,
  pushReference: 'push.example.com/functions:k',
  isTagFixed: false,
  pullRepository: 'pull.example.com/functions',
  contentKey: 'k',
  attempt: 1,
  timeout: '30m',
  refusal: undefined,
  ...more,
});

const built = { kind: 'built', image: 'pull.example.com/functions', digest, contentKey: 'k' } as const;

export const True = (type: string): KnativeCondition => ({ type, status: 'True' });
export const False = (type: string, reason: string, message: string): KnativeCondition => ({
  type,
  status: 'False',
  reason,
  message,
});

export const serviceWith = (conditions: readonly KnativeCondition[], status: object = {}): KnativeService => ({
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: metadata('hello', { generation: 2 }),
  spec: { template: {} },
  status: {
    observedGeneration: 2,
    conditions,
    url: 'http://hello.functions.svc.cluster.local',
    latestCreatedRevisionName: 'hello-00002',
    ...status,
  },
});

export const readyService = serviceWith([True('ConfigurationsReady'), True('Ready'), True('RoutesReady')], {
  latestReadyRevisionName: 'hello-00002',
});

export const failedService = (message: string, reason = 'RevisionFailed'): KnativeService =>
  serviceWith([
    False('ConfigurationsReady', reason, message),
    False('Ready', reason, message),
    {
      type: 'RoutesReady',
      status: 'Unknown',
      reason: 'RevisionMissing',
      message: 'Configuration "hello" is waiting for a Revision to become ready.',
    },
  ]);

export const startingService = serviceWith([
  { type: 'ConfigurationsReady', status: 'Unknown' },
  {
    type: 'Ready',
    status: 'Unknown',
    reason: 'RevisionMissing',
    message: 'Configuration "hello" is waiting for a Revision to become ready.',
  },
]);

const specOfRevision: Revision['spec'] = {
  containerConcurrency: 10,
  timeoutSeconds: 310,
  serviceAccountName: 'knative-lambda-function',
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  imagePullSecrets: [],
  containers: [{ name: 'user-container', image: 'i' }],
  volumes: [],
};

export const revisionWith = (...conditions: readonly KnativeCondition[]): Revision => ({
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Revision',
  metadata: metadata('hello-00002'),
  spec: specOfRevision,
  status: { observedGeneration: 1, conditions },
});

export const functionPod = (container: ContainerStatus, status: object = {}): Pod =>
  podWith(
    { phase: 'Running', containerStatuses: [running('queue-proxy'), container], ...status },
    { 'serving.knative.dev/revision': 'hello-00002' },
  );

export const replicaSet = (message: string) => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: metadata('hello-00002-deployment-5c9f', { labels: { 'serving.knative.dev/revision': 'hello-00002' } }),
  status: {
    replicas: 0,
    conditions: [{ type: 'ReplicaFailure', status: 'True' as const, reason: 'FailedCreate', message }],
  },
});

export const deployFacts = (service: KnativeService, more: Partial<ServiceFacts> = {}): ServiceFacts => ({
  kind: 'service',
  service,
  revisions: [],
  replicaSets: [],
  pods: [],
  pinnedTo: undefined,
  isPinGone: false,
  ...more,
});

export const triggerWith = (...conditions: readonly KnativeCondition[]): Trigger => ({
  apiVersion: 'eventing.knative.dev/v1',
  kind: 'Trigger',
  metadata: metadata('hello-1a2b3c4d'),
  spec: { broker: 'lambda-broker' },
  status: { observedGeneration: 1, conditions },
});

export const brokerWith = (...conditions: readonly KnativeCondition[]) => ({
  apiVersion: 'eventing.knative.dev/v1',
  kind: 'Broker',
  metadata: metadata('lambda-broker'),
  status: { observedGeneration: 1, conditions },
});

export const exposeFacts = (more: Partial<Extract<ExposeFacts, { kind: 'triggers' }>> = {}): ExposeFacts => ({
  kind: 'triggers',
  brokerName: 'lambda-broker',
  broker: brokerWith(True('Ready')),
  refusal: undefined,
  wanted: ['hello-1a2b3c4d'],
  triggers: [triggerWith(True('Ready'))],
  types: ['io.knative.lambda.invoke.async'],
  subject: 'hello',
  ...more,
});

export const factsWith = (more: Partial<FunctionFacts> = {}): FunctionFacts => ({
  function: sampleFunction(),
  source: { kind: 'resolved', version: { kind: 'commit', value: 'abc' } },
  resolution: undefined,
  build: built,
  deploy: deployFacts(readyService),
  expose: exposeFacts(),
  pin: { pinnedTo: undefined, pinnedGeneration: undefined },
  isRebuildAvailable: false,
  areSecretsWatched: true,
  ineffective: [],
  now,
  ...more,
});

export const conditionIn = (facts: FunctionFacts, type: string) =>
  functionStatus(facts).conditions?.find((condition) => condition.type === type);

const fetchAnswer = (reason: string, message: string): string =>
  JSON.stringify({ outcome: 'failed', reason, message, retryable: false });

/** Facts of a build that has not led to an image. */
export const building = (build: FunctionFacts['build']): Partial<FunctionFacts> => ({
  build,
  deploy: { kind: 'waitsForImage' },
});

export const fetchFailed = (reason: string, message: string): Partial<FunctionFacts> =>
  building(buildFacts(policyFailure, [buildPod(ended('fetch', 2, fetchAnswer(reason, message)))]));

export const serving = (deploy: DeployFacts): Partial<FunctionFacts> => ({ deploy });

export const kanikoLog = [
  ...Array.from({ length: 40 }, (_, line) => `\u001B[36mINFO\u001B[0m step ${line}`),
  'ERROR: No matching distribution found for reqests',
  'curl -H "Authorization: Bearer abcdefgh12345678" https://me:s3cret@pypi.example.com',
].join('\n');

/** What went wrong, and where a person reads of it. */
export type Cause = readonly [
  what: string,
  facts: Partial<FunctionFacts>,
  condition: string,
  reason: string,
  phase: string,
  words: string,
];

export const quotaMessage =
  'pods "hello-00002-deployment-5c9f-" is forbidden: exceeded quota: knative-lambda-quota, requested: limits.memory=256Mi, used: limits.memory=8Gi, limited: limits.memory=8Gi';
