import { deadLetterReasons, isDeadLetterReason } from '../dead-letter.ts';
import type { LetterEntry } from './letter-entry.ts';
import type { LetterStore } from './letter-store.ts';
import type { PlacedLetter } from './segment-index.ts';
import { replay, type ReplayProps } from './replay.ts';

/** Waits before a letter is sent again by itself: after the last one it waits for a person. */
export const replayWaitsMs = [300_000, 1_800_000, 7_200_000] as const;

/** Older than this a letter may do harm when it comes: a person says. */
const tooOldMs = 86_400_000;
const perSecond = 10;
/** Of one namespace at a time, so that a flood does not take the Broker's place. */
const atATime = 100;

/**
 * Whether an event is due to be sent again without being asked: it failed for a reason that passes, not too often yet, and
 * whoever handed it in is known, as anybody may hand in letters.
 */
export function isDue(entry: LetterEntry, now: number): boolean {
  const wait = replayWaitsMs[entry.replays];
  if (wait === undefined || !entry.isProven || !isTransient(entry.reason) || entry.event === undefined) return false;
  const age = now - Date.parse(entry.time);
  return age >= wait && age < tooOldMs;
}

const isTransient = (reason: string): boolean => isDeadLetterReason(reason) && !deadLetterReasons[reason].isPermanent;

/** Sends what is due, the oldest first. */
export async function replayDue(
  props: ReplayProps & { readonly letters: LetterStore; readonly today: () => Date },
  signal: AbortSignal,
): Promise<void> {
  const now = props.today().getTime();
  for (const namespace of props.letters.catalogue.namespaces()) {
    const letters = firstDue(props.letters.catalogue.letters(namespace), now);
    if (letters.length > 0) await replay(props, { letters, perSecond, signal });
  }
}

function firstDue(letters: Iterable<PlacedLetter>, now: number): readonly PlacedLetter[] {
  const due: PlacedLetter[] = [];
  for (const letter of letters) {
    if (due.length === atATime) break;
    if (isDue(letter.entry, now)) due.push(letter);
  }
  return due;
}
