import type { CloudEvent } from './cloud-event.ts';
import type { HttpMessage } from './decode.ts';

/** Digits that a number of JavaScript may not hold. */
const longNumber = /\d{16}/;

/** The event as a dead letter keeps it: numbers that are too long for JavaScript stay as they were sent, as bytes. */
export function withExactData(event: CloudEvent, { body, headers }: HttpMessage): CloudEvent {
  const isBinaryMode = headers['ce-id'] !== undefined;
  if (!isBinaryMode || event.data.kind !== 'json' || !longNumber.test(body.toString('latin1'))) return event;
  return { ...event, data: { kind: 'bytes', bytes: body } };
}
