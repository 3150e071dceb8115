import type { Informer } from '../kube/informer.ts';
import type { Broker } from '../specs/broker.ts';
import type { Audience, Sender } from './outbox.ts';

/** Who hears of what happens to functions and agents. */
export type LifecycleReceiver =
  | { readonly kind: 'nobody' }
  /** The Broker of each one's namespace; `made` is the name of those that the operator makes where there are none. */
  | { readonly kind: 'broker'; readonly made: string | undefined }
  | { readonly kind: 'address'; readonly address: string };

type Brokers = Pick<Informer<Broker>, 'cache' | 'unavailable'>;

/** Who hears of the object: a Broker does once it is there, also before it is ready. */
export function audienceOf(receiver: LifecycleReceiver, brokers: Brokers, sender: Sender): Audience {
  if (sender.broker === undefined || receiver.kind === 'nobody') return 'none';
  if (receiver.kind === 'address') return 'there';
  if (brokers.unavailable !== undefined) return 'away';
  return receiver.made === sender.broker || brokerOf(brokers, sender) !== undefined ? 'there' : 'away';
}

/**
 * Where events of the object are sent to now.
 * @throws Error while the Broker is not there, or has no address
 */
export function addressOf(receiver: LifecycleReceiver, brokers: Brokers, sender: Sender): string {
  if (receiver.kind === 'address') return receiver.address;
  const url = brokerOf(brokers, sender)?.status?.address?.url;
  if (url === undefined) throw new Error(`Broker ${sender.namespace}/${sender.broker} has no address`);
  return url;
}

const brokerOf = ({ cache }: Brokers, { broker, namespace }: Sender): Broker | undefined =>
  cache.get(`${namespace}/${broker}`);
