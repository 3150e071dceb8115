import type { Condition } from '../api/index.ts';
import type { Finding } from './finding.ts';
import type { Severity } from './reason.ts';

/** A condition before it has its times. */
export interface Judgement {
  readonly type: string;
  readonly status: Condition['status'];
  readonly reason: string;
  readonly message: string;
}

/** What conditions are timed by: those that are stored, and the generation they are judged on. */
export interface Judged {
  readonly metadata: { readonly generation: number };
  readonly status?: { readonly conditions?: readonly Condition[] | undefined } | undefined;
}

const statusOf = { done: 'True', working: 'Unknown', retrying: 'False', stalled: 'False' } as const satisfies Record<
  Severity,
  Condition['status']
>;

/** A finding as a condition. @param status instead of that of its severity */
export function judge<Type extends string>(
  type: Type,
  { severity, reason, message }: Finding,
  status?: Condition['status'],
): Judgement & { readonly type: Type } {
  return { type, status: status ?? statusOf[severity], reason, message };
}

/** kstatus's own conditions: there only while they hold. */
export function progress(ready: Finding): readonly Judgement[] {
  switch (ready.severity) {
    case 'done':
      return [];
    case 'stalled':
      return [judge('Stalled', ready, 'True')];
    case 'working':
    case 'retrying':
      return [judge('Reconciling', ready, 'True')];
  }
}

/** The conditions with their times: a status that stays keeps the time at which it came. */
export function timed(judgements: readonly Judgement[], { metadata, status }: Judged, now: Date): Condition[] {
  const before = new Map((status?.conditions ?? []).map((condition) => [condition.type, condition]));
  return judgements.map((judgement) => ({
    ...judgement,
    observedGeneration: metadata.generation,
    lastTransitionTime: transitionTime(before.get(judgement.type), judgement.status, now),
  }));
}

function transitionTime(before: Condition | undefined, status: Condition['status'], now: Date): string {
  return before?.status === status ? before.lastTransitionTime : toSeconds(now);
}

/** A time as Kubernetes writes it. */
export const toSeconds = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;
