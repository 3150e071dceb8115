import type { PendingEvent } from '../api/index.ts';
import { postEvent } from '../post-event.ts';
import type { Sender } from './outbox.ts';

/** An event as a receiver of CloudEvents reads it, in structured mode. */
export function cloudEventOf(
  { name, namespace, source }: Sender,
  event: PendingEvent,
): Readonly<Record<string, unknown>> {
  const { correlationId, data, id, time, traceParent, type } = event;
  return {
    specversion: '1.0',
    id,
    type,
    source,
    subject: `${namespace}/${name}`,
    time,
    datacontenttype: 'application/json',
    ...(correlationId === undefined ? {} : { correlationid: correlationId }),
    ...(traceParent === undefined ? {} : { traceparent: traceParent }),
    data: { name, namespace, ...data },
  };
}

/**
 * Sends an event; resolves once the receiver has said that it has it.
 * @throws Error with any other answer, or none within ten seconds
 */
export async function deliver(address: string, sender: Sender, event: PendingEvent): Promise<void> {
  const status = await postEvent(address, cloudEventOf(sender, event));
  if (status < 200 || status >= 300) throw new Error(`${address} answers ${status}`);
}
