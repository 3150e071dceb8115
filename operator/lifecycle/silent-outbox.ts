import type { StatusOutbox } from './outbox.ts';

/** For tests: nobody hears of anything. */
export const silentOutbox: StatusOutbox = {
  pack: () => [],
  isSettled: () => false,
  offer: () => undefined,
};
