import {
  type Cause,
  deployFacts,
  failedService,
  False,
  functionPod,
  metadata,
  podWith,
  quotaMessage,
  readyService,
  replicaSet,
  revisionWith,
  running,
  serviceWith,
  serving,
  startingService,
  True,
  waiting,
} from '../sample-facts.ts';

export const deployCauses: readonly Cause[] = [
  [
    'a service of a function that is gone',
    serving({ kind: 'leftover' }),
    'DeployReady',
    'FormerServiceEnding',
    'Deploying',
    'another hello, which was deleted',
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
];
