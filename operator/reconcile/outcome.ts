/**
 * How a pass over a key ended. Anything thrown is a fifth way: the key is tried again with backoff.
 * - done: nothing to do until something changes
 * - requeueAfter: looked at again after the time
 * - waiting: the same, for something that is expected to come; the reason says what
 * - terminal: not tried again until something changes, as trying again cannot help
 */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'requeueAfter'; readonly ms: number }
  | { readonly kind: 'waiting'; readonly reason: string; readonly ms: number }
  | { readonly kind: 'terminal'; readonly reason: string; readonly message: string };

export const done: Outcome = { kind: 'done' };

export const requeueAfter = (ms: number): Outcome => ({ kind: 'requeueAfter', ms });

export const waiting = (reason: string, ms: number): Outcome => ({ kind: 'waiting', reason, ms });

export const terminal = (reason: string, message: string): Outcome => ({ kind: 'terminal', reason, message });
