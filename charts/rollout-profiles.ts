import type { Environment } from '../stacks/index.ts';

/** How fast a release gets requests, and what it must keep to. */
export interface RolloutProfile {
  readonly interval: string;
  readonly stepWeight: number;
  readonly maxWeight: number;
  /** Failed checks, over the whole analysis, that end it with a roll-back. */
  readonly threshold: number;
  readonly minSuccessPercent: number;
  readonly maxLatencyMs: number;
  readonly progressDeadlineSeconds: number;
}

/** Fewer requests in an interval say nothing about a 99th percentile. */
export const minRequests = 100;

const profiles = {
  default: {
    interval: '1m',
    stepWeight: 10,
    maxWeight: 50,
    threshold: 5,
    minSuccessPercent: 99,
    maxLatencyMs: 500,
    progressDeadlineSeconds: 600,
  },
  // six steps of two minutes
  conservative: {
    interval: '2m',
    stepWeight: 5,
    maxWeight: 30,
    threshold: 3,
    minSuccessPercent: 99.5,
    maxLatencyMs: 300,
    progressDeadlineSeconds: 1200,
  },
} as const satisfies Record<string, RolloutProfile>;

/** The profile of the environment; undefined where releases replace pods without a canary. */
export function rolloutProfile({ rollout }: Environment): RolloutProfile | undefined {
  return rollout.canary === 'none' ? undefined : profiles[rollout.canary];
}

/** Requests of the load test: enough for {@link minRequests} in the shortest interval, by six. */
export const loadPerSecond = 10;
