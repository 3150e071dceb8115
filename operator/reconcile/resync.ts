import type { Clock } from '../kube/clock.ts';
import type { WorkQueue } from './queue.ts';
import type { Watch } from './watches.ts';

export interface ResyncOptions {
  readonly everyMs: number;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly watches: readonly Watch[];
  readonly queue: WorkQueue;
  readonly signal: AbortSignal;
}

/** Share of the period over which its passes are spread, so that they are no burst. */
const spread = 0.1;

/** Puts every own key into the low lane once a period, until the signal. A net under what no watch told of. */
export async function resync({ everyMs, clock, random, watches, queue, signal }: ResyncOptions): Promise<void> {
  while (!signal.aborted) {
    try {
      await clock.sleep(everyMs * (1 - spread * random()), signal);
    } catch {
      return;
    }
    for (const watch of watches) {
      for (const key of watch.ownKeys()) queue.add(key, { lane: 'low', afterMs: everyMs * spread * random() });
    }
  }
}
