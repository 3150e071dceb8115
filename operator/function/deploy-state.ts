import type { LambdaFunctionStatus } from '../api/index.ts';
import { currentCondition, type KnativeCondition } from '../specs/knative-condition.ts';
import type { KnativeService } from '../specs/knative-service.ts';
import { containerStatuses, type Pod } from '../specs/pod.ts';
import type { ReplicaSet } from '../specs/replica-set.ts';
import { type Revision, revisionLabel } from '../specs/revision.ts';
import { isQuotaRefusal } from './build-state.ts';
import { finding, type Finding } from './finding.ts';
import { logExcerpt } from './log-excerpt.ts';
import { newestPod, type PodTrouble, podTrouble } from './pod-trouble.ts';

/** What is known of the service that runs a function. */
export type DeployFacts =
  | { readonly kind: 'waitsForImage' }
  /** The cluster has no such kind. */
  | { readonly kind: 'notInstalled'; readonly resource: string }
  /** The service is that of a function of the name which is gone. */
  | { readonly kind: 'leftover' }
  | { readonly kind: 'taken'; readonly owner: string }
  | { readonly kind: 'refused'; readonly cause: string }
  | { readonly kind: 'pinMissing'; readonly target: string }
  | ServiceFacts;

export interface ServiceFacts {
  readonly kind: 'service';
  readonly service: KnativeService;
  /** All of the function, as far as they are there. */
  readonly revisions: readonly Revision[];
  readonly replicaSets: readonly ReplicaSet[];
  readonly pods: readonly Pod[];
  /** What a rollback names, while it holds. */
  readonly pinnedTo: string | undefined;
  /** Whether Knative has removed the revision that it names. */
  readonly isPinGone: boolean;
}

export type ServiceStatus = NonNullable<LambdaFunctionStatus['serviceStatus']>;

export function deployFinding(facts: DeployFacts, functionName: string): Finding<'DeployReady'> {
  switch (facts.kind) {
    case 'waitsForImage':
      return finding('DeployReady', 'ImageNotReady', {});
    case 'notInstalled':
      return finding('DeployReady', 'KnativeNotInstalled', facts);
    case 'leftover':
      return finding('DeployReady', 'FormerServiceEnding', { name: functionName });
    case 'taken':
      return finding('DeployReady', 'NameTaken', { name: functionName, owner: facts.owner });
    case 'refused':
      return finding('DeployReady', 'ServiceRefused', { cause: facts.cause });
    case 'pinMissing':
      return finding('DeployReady', 'PinTargetMissing', facts);
    case 'service':
      return serviceFinding(facts);
  }
}

function serviceFinding(facts: ServiceFacts): Finding<'DeployReady'> {
  const { isPinGone, pinnedTo, service } = facts;
  const ready = currentCondition(service, 'Ready');
  const revision = latestCreated(service);
  if (ready?.status === 'True') {
    if (pinnedTo === undefined) return finding('DeployReady', 'Deployed', { revision });
    return finding('DeployReady', isPinGone ? 'RolledBackForGood' : 'RolledBack', { revision, target: pinnedTo });
  }
  const found = troubleOf(facts) ?? conditionFinding(facts, ready);
  const serving = service.status?.latestReadyRevisionName;
  return serving === undefined || serving === service.status?.latestCreatedRevisionName
    ? found
    : { ...found, message: `${found.message}; revision ${serving} still serves` };
}

function latestCreated({ metadata, status }: KnativeService): string {
  return status?.latestCreatedRevisionName ?? `${metadata.name}-00001`;
}

/** What pods and ReplicaSets say themselves, at once: Knative says it only when its deadline is over. */
function troubleOf({ pods, replicaSets, revisions, service }: ServiceFacts): Finding<'DeployReady'> | undefined {
  const revision = latestCreated(service);
  const ofRevision = ({ metadata }: Pod | ReplicaSet): boolean => metadata.labels?.[revisionLabel] === revision;
  const refusal = replicaSets.filter(ofRevision).flatMap(refusalOf)[0];
  if (refusal !== undefined) return refusedFinding(revision, refusal);
  const pod = newestPod(pods.filter(ofRevision));
  if (pod === undefined) return undefined;
  const trouble = podTrouble(pod);
  if (trouble !== undefined) return troubleFinding(revision, trouble);
  const failed = revisionFailure(revisions, revision);
  return failed !== undefined && isRunningUnready(pod)
    ? finding('DeployReady', 'ProbeFailed', { revision, cause: describe(failed) })
    : undefined;
}

function refusalOf({ status }: ReplicaSet): readonly string[] {
  return (status?.conditions ?? [])
    .filter(({ type, status: value }) => type === 'ReplicaFailure' && value === 'True')
    .map(({ message = '' }) => message);
}

function refusedFinding(revision: string, cause: string): Finding<'DeployReady'> {
  return isQuotaRefusal(cause)
    ? finding('DeployReady', 'QuotaExceeded', { revision, cause })
    : finding('DeployReady', 'PodRefused', { revision, cause });
}

function isRunningUnready(pod: Pod): boolean {
  return containerStatuses(pod).some(({ ready, state }) => state?.running !== undefined && ready !== true);
}

function troubleFinding(revision: string, trouble: PodTrouble): Finding<'DeployReady'> | undefined {
  switch (trouble.kind) {
    case 'evicted':
    case 'interrupted':
      // its ReplicaSet makes another one
      return undefined;
    case 'unschedulable':
      return finding('DeployReady', 'Unschedulable', { revision, cause: trouble.cause });
    case 'imagePull':
      return finding('DeployReady', 'ImagePullFailed', { revision, cause: trouble.cause });
    case 'configuration':
      return finding('DeployReady', 'ConfigurationMissing', { revision, cause: trouble.cause });
    case 'outOfMemory':
      return finding('DeployReady', 'OutOfMemory', { revision });
    case 'exit':
      return finding('DeployReady', 'CrashLoop', { revision, code: trouble.code, log: logExcerpt(trouble.log) });
  }
}

function revisionFailure(revisions: readonly Revision[], name: string): KnativeCondition | undefined {
  const revision = revisions.find(({ metadata }) => metadata.name === name);
  if (revision === undefined) return undefined;
  const failed = (['ContainerHealthy', 'ResourcesAvailable', 'Ready'] as const).map((type) =>
    currentCondition(revision, type),
  );
  return failed.find((condition) => condition?.status === 'False');
}

function describe({ message = '', reason = '' }: KnativeCondition): string {
  return message === '' ? reason : message;
}

/** What Knative says, where neither pod nor ReplicaSet is there to say more. */
function conditionFinding(facts: ServiceFacts, ready: KnativeCondition | undefined): Finding<'DeployReady'> {
  const revision = latestCreated(facts.service);
  const failed = revisionFailure(facts.revisions, revision);
  if (failed !== undefined) return revisionFinding(revision, failed);
  const route = currentCondition(facts.service, 'RoutesReady');
  const configuration = currentCondition(facts.service, 'ConfigurationsReady');
  if (configuration?.status === 'True' && route?.status === 'False') {
    return finding('DeployReady', 'RouteNotReady', { revision, cause: describe(route) });
  }
  return ready?.status === 'False'
    ? finding('DeployReady', 'RevisionFailed', { revision, cause: describe(configuration ?? ready) })
    : finding('DeployReady', 'Deploying', { revision });
}

/** Reasons of a Revision, knative.dev/serving pkg/apis/serving/v1/revision_lifecycle.go, and those of pods that it copies. */
const revisionReasons = {
  Unschedulable: 'Unschedulable',
  ContainerMissing: 'ImagePullFailed',
  ErrImagePull: 'ImagePullFailed',
  ImagePullBackOff: 'ImagePullFailed',
  InvalidImageName: 'ImagePullFailed',
  CreateContainerConfigError: 'ConfigurationMissing',
  ProgressDeadlineExceeded: 'RevisionTimeout',
} as const;

function revisionFinding(revision: string, failed: KnativeCondition): Finding<'DeployReady'> {
  const cause = describe(failed);
  const code = /^ExitCode([0-9]+)$/.exec(failed.reason ?? '')?.[1];
  if (code !== undefined) return exitFinding(revision, code, cause.replace(/^Container failed with: ?/, ''));
  if (failed.reason === 'FailedCreate') return refusedFinding(revision, cause);
  const known = new Map(Object.entries(revisionReasons)).get(failed.reason ?? '');
  return finding('DeployReady', known ?? 'RevisionFailed', { revision, cause });
}

/** A container that is killed for its memory ends with 137. */
function exitFinding(revision: string, code: string, log: string): Finding<'DeployReady'> {
  return code === '137'
    ? finding('DeployReady', 'OutOfMemory', { revision })
    : finding('DeployReady', 'CrashLoop', { revision, code, log: logExcerpt(log) });
}

/** The part of the status that tells of the service; undefined before there is one. */
export function serviceStatus(facts: DeployFacts, before: ServiceStatus | undefined): ServiceStatus | undefined {
  if (facts.kind !== 'service') return before;
  const { pods, service } = facts;
  const { latestReadyRevisionName, url } = service.status ?? {};
  const serving = pods.filter(({ metadata }) => metadata.labels?.[revisionLabel] === latestReadyRevisionName);
  return {
    serviceName: service.metadata.name,
    ...(url === undefined ? {} : { url }),
    ready: currentCondition(service, 'Ready')?.status === 'True',
    replicas: serving.filter(isReady).length,
    ...(latestReadyRevisionName === undefined ? {} : { latestRevision: latestReadyRevisionName }),
  };
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}
