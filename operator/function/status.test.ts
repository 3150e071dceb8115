import { describe, expect, test } from '@jest/globals';
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
import { finding } from './finding.ts';
import { sampleFunction } from './sample.ts';
import { type FunctionFacts, functionStatus, isSameStatus } from './status.ts';

const now = new Date('2026-01-01T12:00:00.123Z');
const digest = `sha256:${'c'.repeat(64)}`;

const metadata = (name: string, more: object = {}): KubernetesObject['metadata'] => ({
  name,
  namespace: 'functions',
  uid: `uid-${name}`,
  resourceVersion: '1',
  generation: 1,
  creationTimestamp: '2026-01-01T11:00:00Z',
  ...more,
});

// Objects as the controllers of Kubernetes 1.34 and Knative Serving 1.19 write them.

const jobWith = (status: Job['status'] = {}): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: metadata('build-k-1'),
  status: { startTime: '2026-01-01T11:00:01Z', ...status },
});

const failedJob = (reason: string, message: string): Job =>
  jobWith({
    failed: 1,
    conditions: [
      { type: 'FailureTarget', status: 'True', reason, message },
      { type: 'Failed', status: 'True', reason, message, lastTransitionTime: '2026-01-01T11:30:00Z' },
    ],
  });

const policyFailure = failedJob(
  'PodFailurePolicy',
  'Container build for pod functions/build-k-1-x2l4v failed with exit code 1 matching FailJob rule at index 1',
);

const completeJob = jobWith({
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

const podWith = (status: NonNullable<Pod['status']>, labels: object = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: metadata('build-k-1-x2l4v', { labels }),
  status,
});

const ended = (name: string, exitCode: number, message = '', reason = 'Error'): ContainerStatus => ({
  name,
  ready: false,
  restartCount: 0,
  state: { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : reason, message } },
});

const waiting = (name: string, reason: string, message = ''): ContainerStatus => ({
  name,
  ready: false,
  restartCount: 0,
  state: { waiting: { reason, message } },
});

const running = (name: string): ContainerStatus => ({ name, ready: false, state: { running: { startedAt: '' } } });

/** A build pod whose last step is the one given; those before it went well. */
const buildPod = (step: ContainerStatus, phase: 'Failed' | 'Running' | 'Pending' = 'Failed'): Pod => {
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

const builtPod = podWith({
  phase: 'Succeeded',
  initContainerStatuses: [ended('fetch', 0), ended('build', 0, digest)],
  containerStatuses: [ended('push', 0)],
});

const buildFacts = (job: Job, pods: readonly Pod[], more: Partial<BuildJobFacts> = {}): BuildJobFacts => ({
  kind: 'job',
  job,
  pods,
  builder: builders.kaniko,
  pushReference: 'push.example.com/functions:k',
  pullRepository: 'pull.example.com/functions',
  contentKey: 'k',
  attempt: 1,
  timeout: '30m',
  refusal: undefined,
  ...more,
});

const built = { kind: 'built', image: 'pull.example.com/functions', digest, contentKey: 'k' } as const;

const True = (type: string): KnativeCondition => ({ type, status: 'True' });
const False = (type: string, reason: string, message: string): KnativeCondition => ({
  type,
  status: 'False',
  reason,
  message,
});

const serviceWith = (conditions: readonly KnativeCondition[], status: object = {}): KnativeService => ({
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

const readyService = serviceWith([True('ConfigurationsReady'), True('Ready'), True('RoutesReady')], {
  latestReadyRevisionName: 'hello-00002',
});

const failedService = (message: string, reason = 'RevisionFailed'): KnativeService =>
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

const startingService = serviceWith([
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

const revisionWith = (...conditions: readonly KnativeCondition[]): Revision => ({
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Revision',
  metadata: metadata('hello-00002'),
  spec: specOfRevision,
  status: { observedGeneration: 1, conditions },
});

const functionPod = (container: ContainerStatus, status: object = {}): Pod =>
  podWith(
    { phase: 'Running', containerStatuses: [running('queue-proxy'), container], ...status },
    { 'serving.knative.dev/revision': 'hello-00002' },
  );

const replicaSet = (message: string) => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: metadata('hello-00002-deployment-5c9f', { labels: { 'serving.knative.dev/revision': 'hello-00002' } }),
  status: {
    replicas: 0,
    conditions: [{ type: 'ReplicaFailure', status: 'True' as const, reason: 'FailedCreate', message }],
  },
});

const deployFacts = (service: KnativeService, more: Partial<ServiceFacts> = {}): ServiceFacts => ({
  kind: 'service',
  service,
  revisions: [],
  replicaSets: [],
  pods: [],
  pinnedTo: undefined,
  ...more,
});

const triggerWith = (...conditions: readonly KnativeCondition[]): Trigger => ({
  apiVersion: 'eventing.knative.dev/v1',
  kind: 'Trigger',
  metadata: metadata('hello-1a2b3c4d'),
  spec: { broker: 'lambda-broker' },
  status: { observedGeneration: 1, conditions },
});

const brokerWith = (...conditions: readonly KnativeCondition[]) => ({
  apiVersion: 'eventing.knative.dev/v1',
  kind: 'Broker',
  metadata: metadata('lambda-broker'),
  status: { observedGeneration: 1, conditions },
});

const exposeFacts = (more: Partial<Extract<ExposeFacts, { kind: 'triggers' }>> = {}): ExposeFacts => ({
  kind: 'triggers',
  brokerName: 'lambda-broker',
  broker: brokerWith(True('Ready')),
  wanted: ['hello-1a2b3c4d'],
  triggers: [triggerWith(True('Ready'))],
  types: ['io.knative.lambda.invoke.async'],
  subject: 'hello',
  ...more,
});

const factsWith = (more: Partial<FunctionFacts> = {}): FunctionFacts => ({
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

const conditionIn = (facts: FunctionFacts, type: string) =>
  functionStatus(facts).conditions?.find((condition) => condition.type === type);

const fetchAnswer = (reason: string, message: string): string =>
  JSON.stringify({ outcome: 'failed', reason, message, retryable: false });

/** Facts of a build that has not led to an image. */
const building = (build: FunctionFacts['build']): Partial<FunctionFacts> => ({
  build,
  deploy: { kind: 'waitsForImage' },
});

const fetchFailed = (reason: string, message: string): Partial<FunctionFacts> =>
  building(buildFacts(policyFailure, [buildPod(ended('fetch', 2, fetchAnswer(reason, message)))]));

const serving = (deploy: DeployFacts): Partial<FunctionFacts> => ({ deploy });

const kanikoLog = [
  ...Array.from({ length: 40 }, (_, line) => `\u001B[36mINFO\u001B[0m step ${line}`),
  'ERROR: No matching distribution found for reqests',
  'curl -H "Authorization: Bearer abcdefgh12345678" https://me:s3cret@pypi.example.com',
].join('\n');

type Cause = readonly [
  what: string,
  facts: Partial<FunctionFacts>,
  condition: string,
  reason: string,
  phase: string,
  words: string,
];

const quotaMessage =
  'pods "hello-00002-deployment-5c9f-" is forbidden: exceeded quota: knative-lambda-quota, requested: limits.memory=256Mi, used: limits.memory=8Gi, limited: limits.memory=8Gi';

const causes: readonly Cause[] = [
  [
    'a source that is not there',
    fetchFailed('NotFound', 'object hello.zip: got 404'),
    'SourceReady',
    'SourceNotFound',
    'Failed',
    'hello.zip: got 404',
  ],
  [
    'a source that may not be read',
    fetchFailed('Forbidden', 'bucket code: got 403'),
    'SourceReady',
    'SourceForbidden',
    'Failed',
    'got 403',
  ],
  [
    'credentials that are refused',
    fetchFailed('CredentialsRefused', 'got 401'),
    'SourceReady',
    'SourceCredentialsRefused',
    'Failed',
    'got 401',
  ],
  [
    'a key that the Secret lacks',
    fetchFailed('CredentialsMissing', 'needed accesskey'),
    'SourceReady',
    'SourceCredentialsMissing',
    'Failed',
    'needed accesskey',
  ],
  [
    'a source that is too large',
    fetchFailed('TooLarge', 'got 10 GB'),
    'SourceReady',
    'SourceTooLarge',
    'Failed',
    'got 10 GB',
  ],
  [
    'a source that changed',
    fetchFailed('SourceChanged', 'got b, expected a'),
    'SourceReady',
    'SourceChanged',
    'Pending',
    'expected a',
  ],
  [
    'a source that cannot be reached',
    fetchFailed('Unreachable', 'connect ETIMEDOUT'),
    'SourceReady',
    'SourceUnreachable',
    'Pending',
    'ETIMEDOUT',
  ],
  [
    'a fetch that says nothing readable',
    building(buildFacts(policyFailure, [buildPod(ended('fetch', 1, 'panic'))])),
    'SourceReady',
    'SourceFetchFailed',
    'Pending',
    'panic',
  ],
  [
    'a Secret that is missing',
    {
      source: {
        kind: 'invalid',
        finding: finding('SourceReady', 'SecretMissing', {
          field: 'spec.source.git.secretRef',
          kind: 'Secret',
          name: 'git',
        }),
      },
      build: { kind: 'waitsForSource' },
      deploy: { kind: 'waitsForImage' },
    },
    'SourceReady',
    'SecretMissing',
    'Failed',
    'Secret git',
  ],
  [
    'a source that is being asked',
    {
      source: { kind: 'resolving', job: jobWith(), pods: [] },
      build: { kind: 'waitsForSource' },
      deploy: { kind: 'waitsForImage' },
    },
    'SourceReady',
    'SourceResolving',
    'Pending',
    'build-k-1',
  ],
  [
    'a source that does not answer in time',
    {
      source: {
        kind: 'resolving',
        job: failedJob('DeadlineExceeded', 'Job was active longer than specified deadline'),
        pods: [],
      },
      build: { kind: 'waitsForSource' },
      deploy: { kind: 'waitsForImage' },
    },
    'SourceReady',
    'SourceTimedOut',
    'Pending',
    'longer than specified deadline',
  ],

  [
    'a place in the queue',
    building({ kind: 'queued', position: 3, length: 7, running: 10, allowed: 10 }),
    'BuildReady',
    'BuildQueued',
    'Pending',
    'number 3 of 7',
  ],
  [
    'a build that runs',
    building(buildFacts(jobWith({ active: 1 }), [buildPod(running('build'), 'Running')])),
    'BuildReady',
    'BuildRunning',
    'Building',
    'is at build',
  ],
  [
    'a build that has no pod yet',
    building(buildFacts(jobWith({ active: 1 }), [])),
    'BuildReady',
    'BuildRunning',
    'Building',
    'its start',
  ],
  [
    'a build stage that failed',
    building(buildFacts(policyFailure, [buildPod(ended('build', 1, kanikoLog))])),
    'BuildReady',
    'BuildStageFailed',
    'Failed',
    'No matching distribution found',
  ],
  [
    'a build that was killed for memory',
    building(buildFacts(policyFailure, [buildPod(ended('build', 137, '', 'OOMKilled'))])),
    'BuildReady',
    'BuildOutOfMemory',
    'Failed',
    'step build',
  ],
  [
    'a fetch that was killed for memory',
    building(buildFacts(policyFailure, [buildPod(ended('fetch', 137, '', 'OOMKilled'))])),
    'BuildReady',
    'BuildOutOfMemory',
    'Failed',
    'step fetch',
  ],
  [
    'a build pod that its node evicted',
    building(
      buildFacts(failedJob('BackoffLimitExceeded', 'Job has reached the specified backoff limit'), [
        podWith({
          phase: 'Failed',
          reason: 'Evicted',
          message: 'Usage of EmptyDir volume "image" exceeds the limit "4Gi". ',
          conditions: [
            {
              type: 'DisruptionTarget',
              status: 'True',
              reason: 'TerminationByKubelet',
              message: 'Usage of EmptyDir volume "image" exceeds the limit "4Gi". ',
            },
          ],
        }),
      ]),
    ),
    'BuildReady',
    'BuildEvicted',
    'Failed',
    'exceeds the limit "4Gi"',
  ],
  [
    'a spot node that went',
    building(
      buildFacts(jobWith({ active: 1 }), [
        podWith({
          phase: 'Failed',
          conditions: [
            {
              type: 'DisruptionTarget',
              status: 'True',
              reason: 'DeletionByTaintManager',
              message: 'Taint manager: deleting due to NoExecute taint',
            },
          ],
        }),
      ]),
    ),
    'BuildReady',
    'BuildInterrupted',
    'Building',
    'NoExecute taint',
  ],
  [
    'a build pod that no node takes',
    building(
      buildFacts(jobWith({ active: 1 }), [
        podWith({
          phase: 'Pending',
          conditions: [
            {
              type: 'PodScheduled',
              status: 'False',
              reason: 'Unschedulable',
              message: '0/3 nodes are available: 3 Insufficient memory.',
            },
          ],
        }),
      ]),
    ),
    'BuildReady',
    'BuildUnschedulable',
    'Building',
    '3 Insufficient memory',
  ],
  [
    'a build past its deadline',
    building(buildFacts(failedJob('DeadlineExceeded', 'Job was active longer than specified deadline'), [])),
    'BuildReady',
    'BuildDeadlineExceeded',
    'Failed',
    '30m',
  ],
  [
    'a build pod that a quota refuses',
    building(
      buildFacts(jobWith(), [], {
        refusal:
          'Error creating: pods "build-k-1-" is forbidden: exceeded quota: knative-lambda-quota, requested: pods=1',
      }),
    ),
    'BuildReady',
    'BuildQuotaExceeded',
    'Building',
    'exceeded quota: knative-lambda-quota',
  ],
  [
    'a build pod that Pod Security refuses',
    building(
      buildFacts(jobWith(), [], {
        refusal:
          'Error creating: pods "build-k-1-" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
      }),
    ),
    'BuildReady',
    'BuildPodRefused',
    'Failed',
    'violates PodSecurity',
  ],
  [
    'an image of the builder that cannot be pulled',
    building(
      buildFacts(jobWith({ active: 1 }), [
        buildPod(waiting('build', 'ImagePullBackOff', 'Back-off pulling image "ghcr.io/x/kaniko:v1"'), 'Pending'),
      ]),
    ),
    'BuildReady',
    'BuilderImagePullFailed',
    'Building',
    'Back-off pulling image',
  ],
  [
    'a push that is refused',
    building(
      buildFacts(policyFailure, [
        buildPod(ended('push', 1, 'error pushing image: UNAUTHORIZED: authentication required')),
      ]),
    ),
    'BuildReady',
    'PushRefused',
    'Failed',
    'authentication required',
  ],
  [
    'a push that is throttled',
    building(buildFacts(policyFailure, [buildPod(ended('push', 1, 'TOOMANYREQUESTS: Rate exceeded'))])),
    'BuildReady',
    'RegistryThrottled',
    'Building',
    'Rate exceeded',
  ],
  [
    'a push that the network ends',
    building(buildFacts(policyFailure, [buildPod(ended('push', 1, 'dial tcp: i/o timeout'))])),
    'BuildReady',
    'PushFailed',
    'Building',
    'i/o timeout',
  ],
  [
    'a tag that cannot be replaced',
    building(
      buildFacts(policyFailure, [
        buildPod(
          ended(
            'push',
            1,
            "TAG_INVALID: The image tag 'v1' already exists in the 'f' repository and cannot be overwritten because the tag is immutable.",
          ),
        ),
      ]),
    ),
    'BuildReady',
    'TagImmutable',
    'Failed',
    'spec.build.tag',
  ],
  [
    'a build that was cancelled',
    building({ kind: 'cancelled' }),
    'BuildReady',
    'BuildCancelled',
    'Failed',
    'cancelled',
  ],
  [
    'a build without a digest',
    building(
      buildFacts(completeJob, [podWith({ phase: 'Succeeded', initContainerStatuses: [ended('build', 0, '')] })]),
    ),
    'BuildReady',
    'DigestMissing',
    'Building',
    'no digest',
  ],

  [
    'a revision that starts',
    serving(deployFacts(startingService)),
    'DeployReady',
    'Deploying',
    'Deploying',
    'hello-00002 starts',
  ],
  [
    'a service that Knative has not looked at',
    serving(deployFacts({ ...readyService, metadata: metadata('hello', { generation: 3 }) })),
    'DeployReady',
    'Deploying',
    'Deploying',
    'starts',
  ],
  [
    'a quota that hides in a ReplicaSet',
    serving(deployFacts(startingService, { replicaSets: [replicaSet(quotaMessage)] })),
    'DeployReady',
    'QuotaExceeded',
    'Deploying',
    'exceeded quota: knative-lambda-quota',
  ],
  [
    'a quota that Knative tells of',
    serving(
      deployFacts(failedService('…'), {
        revisions: [
          revisionWith(
            False('ResourcesAvailable', 'FailedCreate', quotaMessage),
            False('Ready', 'FailedCreate', quotaMessage),
          ),
        ],
      }),
    ),
    'DeployReady',
    'QuotaExceeded',
    'Deploying',
    'exceeded quota',
  ],
  [
    'a pod that admission refuses',
    serving(
      deployFacts(startingService, {
        replicaSets: [replicaSet('pods "x" is forbidden: violates PodSecurity "restricted:latest"')],
      }),
    ),
    'DeployReady',
    'PodRefused',
    'Failed',
    'violates PodSecurity',
  ],
  [
    'an image that cannot be pulled',
    serving(
      deployFacts(startingService, {
        pods: [
          functionPod(
            waiting(
              'user-container',
              'ImagePullBackOff',
              'Back-off pulling image "registry.example.com/hello@sha256:1"',
            ),
          ),
        ],
      }),
    ),
    'DeployReady',
    'ImagePullFailed',
    'Deploying',
    'Back-off pulling image',
  ],
  [
    'an image that Knative cannot resolve',
    serving(
      deployFacts(failedService('…'), {
        revisions: [
          revisionWith(False('ContainerHealthy', 'ContainerMissing', 'Unable to fetch image "x:1": MANIFEST_UNKNOWN')),
        ],
      }),
    ),
    'DeployReady',
    'ImagePullFailed',
    'Deploying',
    'MANIFEST_UNKNOWN',
  ],
  [
    'a crash loop',
    serving(
      deployFacts(startingService, {
        pods: [
          functionPod({
            ...waiting('user-container', 'CrashLoopBackOff', 'back-off 10s'),
            lastState: {
              terminated: {
                exitCode: 1,
                reason: 'Error',
                message: 'handler failed to load: main.handler: SyntaxError',
              },
            },
          }),
        ],
      }),
    ),
    'DeployReady',
    'CrashLoop',
    'Failed',
    'SyntaxError',
  ],
  [
    'a crash that only Knative remembers',
    serving(
      deployFacts(failedService('…'), {
        revisions: [
          revisionWith(
            False('ContainerHealthy', 'ExitCode1', 'Container failed with: handler failed to load'),
            False('Ready', 'ExitCode1', ''),
          ),
        ],
      }),
    ),
    'DeployReady',
    'CrashLoop',
    'Failed',
    'handler failed to load',
  ],
  [
    'a function killed for memory',
    serving(
      deployFacts(startingService, {
        pods: [
          functionPod({
            ...waiting('user-container', 'CrashLoopBackOff'),
            lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
          }),
        ],
      }),
    ),
    'DeployReady',
    'OutOfMemory',
    'Failed',
    'limits.memory',
  ],
  [
    'memory that only Knative remembers',
    serving(
      deployFacts(failedService('…'), {
        revisions: [revisionWith(False('ContainerHealthy', 'ExitCode137', 'Container failed with: '))],
      }),
    ),
    'DeployReady',
    'OutOfMemory',
    'Failed',
    'limits.memory',
  ],
  [
    'a probe that fails',
    serving(
      deployFacts(failedService('…'), {
        pods: [functionPod(running('user-container'))],
        revisions: [
          revisionWith(False('ResourcesAvailable', 'ProgressDeadlineExceeded', 'Initial scale was never achieved')),
        ],
      }),
    ),
    'DeployReady',
    'ProbeFailed',
    'Failed',
    'Initial scale was never achieved',
  ],
  [
    'a revision that was not ready in time',
    serving(
      deployFacts(failedService('…'), {
        revisions: [
          revisionWith(False('ResourcesAvailable', 'ProgressDeadlineExceeded', 'Initial scale was never achieved')),
        ],
      }),
    ),
    'DeployReady',
    'RevisionTimeout',
    'Failed',
    'Initial scale was never achieved',
  ],
  [
    'a pod that no node takes',
    serving(
      deployFacts(startingService, {
        pods: [
          podWith(
            {
              phase: 'Pending',
              conditions: [
                {
                  type: 'PodScheduled',
                  status: 'False',
                  reason: 'Unschedulable',
                  message: '0/1 nodes are available: 1 Insufficient cpu.',
                },
              ],
            },
            { 'serving.knative.dev/revision': 'hello-00002' },
          ),
        ],
      }),
    ),
    'DeployReady',
    'Unschedulable',
    'Deploying',
    'Insufficient cpu',
  ],
  [
    'a key that pods miss',
    serving(
      deployFacts(startingService, {
        pods: [
          functionPod(
            waiting('user-container', 'CreateContainerConfigError', "couldn't find key url in Secret functions/db"),
          ),
        ],
      }),
    ),
    'DeployReady',
    'ConfigurationMissing',
    'Deploying',
    "couldn't find key url",
  ],
  [
    'a route that is not ready',
    serving(
      deployFacts(
        serviceWith([
          True('ConfigurationsReady'),
          False('Ready', 'IngressNotConfigured', 'no gateway'),
          False('RoutesReady', 'IngressNotConfigured', 'no gateway'),
        ]),
      ),
    ),
    'DeployReady',
    'RouteNotReady',
    'Deploying',
    'no gateway',
  ],
  [
    'a failure that has no name here',
    serving(deployFacts(failedService('Revision creation failed with message: webhook.'))),
    'DeployReady',
    'RevisionFailed',
    'Deploying',
    'webhook',
  ],
  [
    'a name that an agent has',
    serving({ kind: 'taken', owner: 'LambdaAgent hello' }),
    'DeployReady',
    'NameTaken',
    'Failed',
    'LambdaAgent hello',
  ],
  [
    'a service that the webhook refuses',
    serving({
      kind: 'refused',
      cause: 'admission webhook "validation.webhook.serving.knative.dev" denied the request',
    }),
    'DeployReady',
    'ServiceRefused',
    'Failed',
    'denied the request',
  ],
  [
    'a cluster without Knative',
    serving({ kind: 'notInstalled', resource: 'services.serving.knative.dev' }),
    'DeployReady',
    'KnativeNotInstalled',
    'Deploying',
    'install Knative Serving',
  ],
  [
    'a rollback to what is gone',
    serving({ kind: 'pinMissing', target: 'hello-00001' }),
    'DeployReady',
    'PinTargetMissing',
    'Failed',
    'hello-00001',
  ],

  [
    'a broker that is missing',
    { expose: exposeFacts({ broker: undefined }) },
    'ExposeReady',
    'BrokerMissing',
    'Ready',
    'no Broker lambda-broker',
  ],
  [
    'a broker that is not ready',
    {
      expose: exposeFacts({
        broker: brokerWith(False('Ready', 'DeadLetterSinkResolvedFailed', 'Unable to get the DeadLetterSink URI')),
      }),
    },
    'ExposeReady',
    'BrokerNotReady',
    'Ready',
    'Unable to get the DeadLetterSink URI',
  ],
  [
    'a trigger that is not ready',
    { expose: exposeFacts({ triggers: [triggerWith(False('Ready', 'QueueFailure', 'Queue "t" is not ready'))] }) },
    'ExposeReady',
    'TriggerNotReady',
    'Ready',
    'Queue "t" is not ready',
  ],
  [
    'a trigger that is not there yet',
    { expose: exposeFacts({ triggers: [] }) },
    'ExposeReady',
    'Exposing',
    'Ready',
    'hello-1a2b3c4d',
  ],
  [
    'a cluster without eventing',
    { expose: { kind: 'notInstalled', resource: 'triggers.eventing.knative.dev' } },
    'ExposeReady',
    'EventingNotInstalled',
    'Ready',
    'Knative Eventing',
  ],
  [
    'a trigger that is refused',
    { expose: { kind: 'refused', trigger: 'hello-1a2b3c4d', cause: 'invalid value: 0' } },
    'ExposeReady',
    'TriggerRefused',
    'Ready',
    'invalid value: 0',
  ],
  ['eventing that is off', { expose: { kind: 'off' } }, 'ExposeReady', 'EventingOff', 'Ready', 'no events arrive'],
];

describe('the status', () => {
  test.each(causes)('of %s names cause and next action', (...[, facts, condition, reason, phase, words]) => {
    const status = functionStatus(factsWith(facts));
    const found = status.conditions?.find(({ type }) => type === condition);
    expect(found).toMatchObject({ reason, message: expect.stringContaining(words) });
    expect(status.phase).toBe(phase);
  });

  test.each(causes)('of %s is one that kstatus reads', (...[, facts, condition, reason, phase]) => {
    const { conditions = [] } = functionStatus(factsWith(facts));
    const statuses = new Map(conditions.map(({ type, status }) => [type, status]));
    const isServing = phase === 'Ready';
    expect(statuses.get('Ready') === 'True').toBe(isServing);
    expect(statuses.get('Stalled')).toBe(phase === 'Failed' ? 'True' : undefined);
    expect(statuses.get('Reconciling')).toBe(isServing || phase === 'Failed' ? undefined : 'True');
    const ready = conditions.find(({ type }) => type === 'Ready');
    expect(condition === 'ExposeReady' || ready?.reason === reason).toBe(true);
  });

  test('of a failed build shows the last twenty lines, without colours and secrets', () => {
    const message =
      conditionIn(factsWith(causes.find(([what]) => what === 'a build stage that failed')?.[1]), 'BuildReady')
        ?.message ?? '';
    expect(message.split('\n').length).toBe(20);
    expect(message).toContain('INFO step 22');
    expect(message).not.toMatch(/INFO step 21|abcdefgh12345678|s3cret/);
    expect(message).not.toContain('\u001B');
  });

  test('of a function that serves is Ready, with its address, pods and revision', () => {
    const pod = podWith(
      { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
      { 'serving.knative.dev/revision': 'hello-00002' },
    );
    const status = functionStatus(factsWith({ deploy: deployFacts(readyService, { pods: [pod] }) }));
    expect(status).toMatchObject({
      phase: 'Ready',
      observedGeneration: 3,
      buildStatus: { contentKey: 'k', imageURI: `pull.example.com/functions@${digest}`, digest },
      serviceStatus: {
        serviceName: 'hello',
        url: 'http://hello.functions.svc.cluster.local',
        ready: true,
        replicas: 1,
        latestRevision: 'hello-00002',
      },
    });
    expect(status.conditions?.map(({ type, status: value }) => `${type} ${value}`)).toEqual([
      'Ready True',
      'SourceReady True',
      'BuildReady True',
      'DeployReady True',
      'ExposeReady True',
    ]);
  });

  test('of a function without events is Ready and says so', () => {
    const ready = conditionIn(factsWith({ expose: exposeFacts({ broker: undefined }) }), 'Ready');
    expect(ready).toMatchObject({
      status: 'True',
      reason: 'ReadyWithoutEvents',
      message: expect.stringContaining('no Broker'),
    });
  });

  test('of a new build keeps the image that still runs', () => {
    const before = {
      buildStatus: { contentKey: 'old', imageURI: 'r@sha256:1', digest: 'sha256:1', jobName: 'build-old-1' },
    };
    const facts = factsWith({
      function: sampleFunction({}, {}, before),
      build: buildFacts(jobWith({ active: 1 }), []),
    });
    expect(functionStatus(facts).buildStatus).toEqual({
      jobName: 'build-k-1',
      attempt: 1,
      startedAt: '2026-01-01T11:00:01Z',
      contentKey: 'old',
      imageURI: 'r@sha256:1',
      digest: 'sha256:1',
    });
  });

  test('of a finished build has its digest, whichever step reports it', () => {
    const byPush = podWith({ phase: 'Succeeded', containerStatuses: [ended('push', 0, `${digest}\n`)] });
    const expected = {
      contentKey: 'k',
      digest,
      imageURI: `pull.example.com/functions@${digest}`,
      completedAt: '2026-01-01T11:02:00Z',
    };
    expect(functionStatus(factsWith({ build: buildFacts(completeJob, [builtPod]) })).buildStatus).toMatchObject(
      expected,
    );
    const facts = buildFacts(completeJob, [byPush], { builder: builders.buildah });
    expect(functionStatus(factsWith({ build: facts })).buildStatus).toMatchObject(expected);
  });

  test('of a rollback names what is pinned, until the spec changes', () => {
    const pin = { pinnedTo: 'hello-00001 2026', pinnedGeneration: 3 };
    const status = functionStatus(factsWith({ pin, deploy: deployFacts(readyService, { pinnedTo: 'hello-00001' }) }));
    expect(status.serviceStatus).toMatchObject(pin);
    expect(status.conditions).toContainEqual(
      expect.objectContaining({
        type: 'DeployReady',
        reason: 'RolledBack',
        message: expect.stringContaining('pinned to hello-00001'),
      }),
    );
  });

  test('of a failed revision says which one still serves', () => {
    const service = serviceWith([False('Ready', 'RevisionFailed', 'x')], { latestReadyRevisionName: 'hello-00001' });
    expect(conditionIn(factsWith({ deploy: deployFacts(service) }), 'DeployReady')?.message).toContain(
      'revision hello-00001 still serves',
    );
  });

  test('of a function that is being deleted is Deleting', () => {
    const fn = sampleFunction({}, { deletionTimestamp: '2026-01-01T11:59:00Z' });
    const status = functionStatus(factsWith({ function: fn }));
    expect(status.phase).toBe('Deleting');
    expect(status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Ready', status: 'Unknown', reason: 'Deleting' }),
    );
  });

  test('remarks what holds nothing up, only while it is so', () => {
    const facts = {
      isRebuildAvailable: true,
      areSecretsWatched: false,
      ineffective: ['spec.triggers (use spec.eventing)'],
    };
    const types = (more: Partial<FunctionFacts>) =>
      functionStatus(factsWith(more))
        .conditions?.slice(5)
        .map(({ type, status }) => `${type} ${status}`);
    expect(types(facts)).toEqual(['RebuildAvailable True', 'SecretsWatched False', 'SpecEffective False']);
    expect(types({})).toEqual([]);
    expect(functionStatus(factsWith(facts)).phase).toBe('Ready');
  });

  test('is the same for the same facts, whenever it is made', () => {
    const first = functionStatus(factsWith());
    const later = factsWith({ function: sampleFunction({}, {}, first), now: new Date('2026-02-01T00:00:00Z') });
    expect(functionStatus(later)).toEqual(first);
    expect(isSameStatus(first, functionStatus(later))).toBe(true);
    expect(isSameStatus(first, functionStatus(factsWith({ expose: { kind: 'off' } })))).toBe(false);
  });

  test('moves the time of a condition only when it turns', () => {
    const first = functionStatus(factsWith(building(buildFacts(jobWith({ active: 1 }), []))));
    const second = functionStatus(
      factsWith({ function: sampleFunction({}, {}, first), now: new Date('2026-02-01T00:00:00Z') }),
    );
    const times = new Map(second.conditions?.map(({ type, lastTransitionTime }) => [type, lastTransitionTime]));
    expect(times.get('SourceReady')).toBe('2026-01-01T12:00:00Z');
    expect(times.get('BuildReady')).toBe('2026-02-01T00:00:00Z');
  });
});
