import { containerStatuses, type Pod, podCondition, type TerminatedState } from '../specs/pod.ts';

/** What keeps a pod from doing its work. */
export type PodTrouble =
  | { readonly kind: 'evicted'; readonly cause: string }
  | { readonly kind: 'interrupted'; readonly cause: string }
  | { readonly kind: 'unschedulable'; readonly cause: string }
  | { readonly kind: 'imagePull'; readonly container: string; readonly cause: string }
  | { readonly kind: 'configuration'; readonly container: string; readonly cause: string }
  | { readonly kind: 'outOfMemory'; readonly container: string }
  | { readonly kind: 'exit'; readonly container: string; readonly code: number; readonly log: string };

const pullReasons = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'RegistryUnavailable',
]);
const configurationReasons = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']);

/** The first trouble of a pod: of the pod itself, then of its containers in their order. */
export function podTrouble(pod: Pod): PodTrouble | undefined {
  return wholePodTrouble(pod) ?? containerTrouble(pod);
}

function wholePodTrouble(pod: Pod): PodTrouble | undefined {
  const { message = '', reason = '' } = pod.status ?? {};
  if (reason === 'Evicted') return { kind: 'evicted', cause: message };
  const disruption = podCondition(pod, 'DisruptionTarget', 'True');
  if (disruption !== undefined) return { kind: 'interrupted', cause: describe(disruption) };
  const scheduled = podCondition(pod, 'PodScheduled', 'False');
  return scheduled === undefined ? undefined : { kind: 'unschedulable', cause: describe(scheduled) };
}

function describe({ message = '', reason = '' }: { readonly message?: string; readonly reason?: string }): string {
  return message === '' ? reason : message;
}

function containerTrouble(pod: Pod): PodTrouble | undefined {
  for (const { lastState, name, state } of containerStatuses(pod)) {
    const ended = state?.terminated ?? (state?.running === undefined ? lastState?.terminated : undefined);
    const trouble = waitingTrouble(name, state?.waiting) ?? endedTrouble(name, ended);
    if (trouble !== undefined) return trouble;
  }
  return undefined;
}

function waitingTrouble(
  container: string,
  waiting: { readonly reason?: string; readonly message?: string } | undefined,
): PodTrouble | undefined {
  const { reason = '' } = waiting ?? {};
  const cause = describe(waiting ?? {});
  if (pullReasons.has(reason)) return { kind: 'imagePull', container, cause };
  return configurationReasons.has(reason) ? { kind: 'configuration', container, cause } : undefined;
}

function endedTrouble(container: string, ended: TerminatedState | undefined): PodTrouble | undefined {
  if (ended === undefined || ended.exitCode === 0) return undefined;
  return ended.reason === 'OOMKilled'
    ? { kind: 'outOfMemory', container }
    : { kind: 'exit', container, code: ended.exitCode, log: ended.message ?? '' };
}

/** The pod that was made last. */
export function newestPod(pods: readonly Pod[]): Pod | undefined {
  return pods
    .toSorted((one, other) => (one.metadata.creationTimestamp < other.metadata.creationTimestamp ? -1 : 1))
    .at(-1);
}
