import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../cluster/eventually.ts';

/** Something that is killed, and is there again afterwards. */
export interface Victim {
  readonly times: number;
  readonly killAndStart: () => Promise<void>;
}

export interface Killing {
  readonly victims: readonly Victim[];
  /** Share of the work that is done: 0 to 1. */
  readonly share: () => number;
  readonly timeoutMs: number;
}

const [eventsPerRound, fewestRounds, mostRounds] = [2500, 2, 40] as const;

/** How often each part is killed while so many events are on their way. */
export const roundsFor = (events: number): number =>
  Math.min(mostRounds, Math.max(fewestRounds, Math.ceil(events / eventsPerRound)));

/** Kills each victim so many times, spread at random over the work, whatever happens to the others. How many kills there were. */
export async function killAtRandom({ share, timeoutMs, victims }: Killing): Promise<number> {
  const kills = victims.map(async ({ killAndStart, times }) => {
    for (let done = 0; done < times; done += 1) {
      const from = (done + Math.random()) / times;
      await eventually(() => share() >= from, { timeoutMs });
      // what waits for the broker is killed as well
      await sleep(Math.random() * 500);
      await killAndStart();
    }
    return times;
  });
  return (await Promise.all(kills)).reduce((sum, times) => sum + times, 0);
}
