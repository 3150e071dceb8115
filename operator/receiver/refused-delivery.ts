import { unavailable } from './api-refusal.ts';
import type { KeepDeadLetter, Original } from './dead-letter.ts';
import { type Refusal, refusalReasons } from './refusal.ts';
import type { Sender } from './sender.ts';

export interface RefusedDeliveriesProps {
  readonly keepDeadLetter: KeepDeadLetter;
  readonly today: () => Date;
}

/** Keeps a delivery that its sender would drop. Rejects with a Refusal that makes it come again, when it could not be kept. */
export type KeepRefused = (original: Original, sender: Sender, refusal: Refusal) => Promise<void>;

/** A Broker counts 4xx as delivered; any other sender hears of it itself. */
export function keepRefused({ keepDeadLetter, today }: RefusedDeliveriesProps): KeepRefused {
  return async (original, sender, { message, reason }) => {
    if (sender.kind !== 'broker' || !refusalReasons[reason].isPermanent) return;
    try {
      await keepDeadLetter({
        original,
        namespace: sender.namespace,
        reason,
        message,
        refusedAt: today().toISOString(),
        attempts: 1,
        deaths: [],
        handedInBy: sender.user.username,
      });
    } catch (error) {
      throw unavailable('the dead letter is not kept yet', undefined, error);
    }
  };
}
