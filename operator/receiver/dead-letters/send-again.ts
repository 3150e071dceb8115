import { postEvent } from '../../post-event.ts';
import { functionBroker, ingressAddress } from '../broker-invoker.ts';
import type { SendAgain } from './replay.ts';

/**
 * Hands events to the Broker of their namespace, whose ingress answers once RabbitMQ has confirmed them.
 * @param addressOf default that of the Broker that functions read
 */
export function sendByBroker(
  addressOf = (namespace: string): string => ingressAddress(functionBroker, namespace),
): SendAgain {
  return async (namespace, event) => {
    const status = await postEvent(addressOf(namespace), event);
    if (status < 200 || status >= 300) throw new Error(`the Broker of ${namespace} answers ${status}`);
  };
}
