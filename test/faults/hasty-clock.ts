import type { Clock } from '../../operator/kube/clock.ts';

/** A clock that runs faster than time, so that limits and pauses of minutes are seconds of a test. */
export function hastyClock(clock: Clock, factor: number): Clock {
  return {
    now: () => clock.now() * factor,
    sleep: (ms, signal) => clock.sleep(ms / factor, signal),
  };
}
