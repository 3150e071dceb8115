import type { LambdaFunction } from '../api/index.ts';
import type { Sender } from '../lifecycle/outbox.ts';
import { eventSource } from './build-event.ts';
import type { FunctionSettings } from './settings.ts';

/** Who tells of a function: one whose eventing is off tells nothing. */
export function functionSender(fn: LambdaFunction, settings: FunctionSettings): Sender {
  const { name, namespace, uid } = fn.metadata;
  const { eventing } = fn.spec;
  const broker = eventing?.enabled === false ? undefined : (eventing?.brokerName ?? settings.eventing.broker);
  return { name, namespace, uid, source: eventSource(fn), broker };
}
