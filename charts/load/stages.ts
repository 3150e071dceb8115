import type { Stage } from 'k6/options';
import { seconds } from './run.ts';

/** Stages by duration in seconds and the number of virtual users or iterations at their end. */
export const stages = (...table: readonly (readonly [duration: number, target: number])[]): Stage[] =>
  table.map(([duration, target]) => ({ duration: seconds(duration), target }));

/** Virtual users that follow the stages and run the named function. */
export const rampingUsers = (exec: string, ...table: readonly (readonly [number, number])[]) => ({
  executor: 'ramping-vus' as const,
  exec,
  startVUs: 0,
  stages: stages(...table),
});
