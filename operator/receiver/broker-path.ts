import { createHmac } from 'node:crypto';
import { isSameText } from './same-text.ts';

/** What paths of Brokers are made of. */
export interface BrokerKeys {
  /** Of the paths that Triggers have; undefined where no Broker sends here. */
  readonly current: string | undefined;
  /** Of paths that are still taken: the current one, and those before it until nothing uses them. */
  readonly accepted: readonly string[];
}

export const noBrokerKeys: BrokerKeys = { current: undefined, accepted: [] };

/** Part of a path. */
export interface BrokerPath {
  readonly namespace: string;
  readonly secret: string;
}

/** What only the Broker of a namespace knows; it tells nothing of the key, nor of the paths of other namespaces. */
export const brokerSecret = (key: string, namespace: string): string =>
  createHmac('sha256', key).update(`broker of ${namespace}`).digest('base64url');

/** The path that the Broker of a namespace sends its events to. */
export const brokerPath = (key: string, namespace: string): string =>
  `/broker/${namespace}/${brokerSecret(key, namespace)}`;

/** Whether a path is of the Broker that it names; takes as long for one that is nearly right. */
export function isBrokerPath({ accepted }: BrokerKeys, { namespace, secret }: BrokerPath): boolean {
  return accepted.filter((key) => isSameText(brokerSecret(key, namespace), secret)).length > 0;
}
