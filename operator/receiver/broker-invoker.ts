import { postEvent } from '../post-event.ts';
import { unavailable } from './api-refusal.ts';
import type { CloudEvent } from './cloud-event.ts';
import { toEventJson } from './event-json.ts';
import type { Invoke } from './invoker.ts';
import { Refusal } from './refusal.ts';

/** Broker of a namespace, which functions read. */
export const functionBroker = 'lambda-broker';

/** Address of the ingress of a Broker: eventing-rabbitmq, pkg/reconciler/broker/resources/ingress.go. */
export const ingressAddress = (broker: string, namespace: string): string =>
  `http://${broker}-broker-ingress.${namespace}.svc.cluster.local/`;

/**
 * Hands invocations to the Broker of the function's namespace, whose ingress answers once RabbitMQ has confirmed the event.
 * @param addressOf default {@link ingressAddress}
 */
export function invokeByBroker(addressOf = ingressAddress): Invoke {
  return async (wait, event, { name, namespace }) => {
    if (wait === 'sync') {
      throw new Refusal('unsupported_invocation', `call function ${namespace}/${name} itself, or send invoke.async`);
    }
    // the Trigger of a function selects by this subject
    const sent = { ...event, subject: name };
    await sendToBroker(addressOf(functionBroker, namespace), sent, { broker: functionBroker, namespace });
  };
}

/** Resolves once the Broker has the event. @throws Refusal, with 503 where another attempt has a point */
export async function sendToBroker(
  address: string,
  event: CloudEvent,
  { broker, namespace }: { readonly broker: string; readonly namespace: string },
): Promise<void> {
  const status = await postEvent(address, toEventJson(event)).catch((error: unknown) => {
    throw unavailable('the Broker does not answer', undefined, error);
  });
  if (status >= 200 && status < 300) return;
  if (status === 404) throw new Refusal('unknown_target', `no Broker ${broker} in namespace ${namespace}`);
  throw unavailable(`Broker ${broker} of ${namespace} answers ${status}`, undefined);
}
