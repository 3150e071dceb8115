import { z } from 'zod';
import type { CloudEvent } from './cloud-event.ts';

/** Where an event stands among those of its function. */
export interface EventPosition {
  readonly source: string;
  /** Milliseconds since 1970; undefined for an event without time. */
  readonly time: number | undefined;
  /** Number in the sequence of its source; undefined where it counts none. */
  readonly sequence: number | undefined;
}

/**
 * The position of an event. A time to come counts as now: a sender whose clock is ahead would shut out all others.
 * @param now milliseconds since 1970
 */
export function positionOf({ extensions, source, time }: CloudEvent, now: number): EventPosition {
  const text = extensions['sequence'] ?? extensions['sequencevalue'] ?? '';
  const isNumber = /^[0-9]{1,15}$/.test(text) && (extensions['sequencetype'] ?? 'Integer') === 'Integer';
  return {
    source,
    time: time === undefined ? undefined : Math.min(Date.parse(time.toUpperCase()), now),
    sequence: isNumber ? Number(text) : undefined,
  };
}

/** Whether another event that came later in time or sequence has been handled. What cannot be compared is not stale. */
export function isStale(position: EventPosition, last: EventPosition | undefined): boolean {
  if (last === undefined) return false;
  if (position.source === last.source && position.sequence !== undefined && last.sequence !== undefined) {
    return position.sequence < last.sequence;
  }
  return position.time !== undefined && last.time !== undefined && position.time < last.time;
}

const stored = z.object({ source: z.string(), time: z.number().optional(), sequence: z.number().optional() });

/** As it stands in an annotation. */
export const formatPosition = (position: EventPosition): string => JSON.stringify(position);

/** Undefined for what is none: somebody edited the annotation, and the next event mends it. */
export function parsePosition(text: string | undefined): EventPosition | undefined {
  try {
    const { sequence, source, time } = stored.parse(JSON.parse(text ?? ''));
    return { source, time, sequence };
  } catch {
    return undefined;
  }
}
