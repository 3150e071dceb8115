import {
  type Cause,
  buildFacts,
  building,
  buildPod,
  completeJob,
  ended,
  failedJob,
  jobWith,
  kanikoLog,
  podWith,
  policyFailure,
  running,
  waiting,
} from '../sample-facts.ts';

export const buildCauses: readonly Cause[] = [
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
    'a Job that a quota refuses',
    building({
      kind: 'refused',
      cause: 'jobs.batch "build-k-1" is forbidden: exceeded quota: tight, requested: count/jobs.batch=1',
    }),
    'BuildReady',
    'BuildQuotaExceeded',
    'Building',
    'count/jobs.batch=1',
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
      buildFacts(
        policyFailure,
        [
          buildPod(
            ended(
              'push',
              1,
              "TAG_INVALID: The image tag 'v1' already exists in the 'f' repository and cannot be overwritten because the tag is immutable.",
            ),
          ),
        ],
        { isTagFixed: true },
      ),
    ),
    'BuildReady',
    'TagImmutable',
    'Failed',
    'spec.build.tag',
  ],
  [
    'a tag of our own that an interrupted push has taken',
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
    'TagTaken',
    'Building',
    'under another one',
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
];
