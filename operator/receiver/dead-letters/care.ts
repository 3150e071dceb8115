import type { Clock } from '../../kube/clock.ts';
import { compact } from './compact.ts';
import { forgetOldOrders } from './handled-orders.ts';
import type { LetterStore } from './letter-store.ts';
import type { ReplayProps } from './replay.ts';
import { replayDue } from './replay-schedule.ts';
import { purgeExpired, type RetentionProps } from './retention.ts';

export interface CareProps extends ReplayProps, RetentionProps {
  readonly letters: LetterStore;
  readonly clock: Clock;
  /** Whether this replica is the one of all that merges and sends, for now. */
  readonly takeTurn: () => Promise<boolean>;
  /** Told of each failure; it is tried again. */
  readonly onFault: (error: unknown) => void;
}

const [everyMs, retryMs] = [15_000, 2000] as const;

/** Knows what is stored, removes what is too old, merges small segments, and sends again what is due. Until the signal; never fails. */
export async function careForLetters(props: CareProps, signal: AbortSignal): Promise<void> {
  const forget = onceEachDay(props, () => forgetOldOrders(props.store, props.today()));
  while (!signal.aborted) {
    let waitMs: number = everyMs;
    try {
      await props.letters.refresh();
      if (await props.takeTurn()) {
        await purgeExpired(props);
        await compact(props);
        await replayDue(props, signal);
        await forget();
      }
    } catch (error) {
      props.onFault(error);
      waitMs = retryMs;
    }
    await props.clock.sleep(waitMs, signal).catch(() => {});
  }
}

function onceEachDay({ today }: Pick<CareProps, 'today'>, work: () => Promise<void>): () => Promise<void> {
  let done = '';
  return async () => {
    const day = today().toISOString().slice(0, 10);
    if (day === done) return;
    await work();
    done = day;
  };
}
