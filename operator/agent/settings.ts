import type { AgentTier } from '../api/index.ts';
import type { ServingSettings } from '../specs/knative-service.ts';
import type { RabbitmqSettings } from '../specs/rabbitmq-broker-config.ts';
import type { Destination } from '../specs/trigger.ts';

/** Whose broker agents read: one each, or that of their namespace. */
export type BrokerMode =
  | { readonly kind: 'dedicated'; readonly rabbitmq: RabbitmqSettings | undefined }
  | { readonly kind: 'shared'; readonly name: string };

/** The receiver, and the key of the paths by which it knows an agent; no key where none is there yet. */
export interface SupervisionTarget {
  readonly address: string;
  readonly readKey: () => Promise<string | undefined>;
}

/** What an environment decides for its agents. */
export interface AgentSettings {
  readonly serving: Omit<ServingSettings, 'serviceAccountName'>;
  readonly broker: BrokerMode;
  /** Tiers that agents may ask for. */
  readonly tiers: readonly AgentTier[];
  /** The broker of a namespace, which hears of what happens to the agents there. */
  readonly namespaceBroker: string;
  /** Where events go that could not be delivered. */
  readonly deadLetterSink: Destination | undefined;
  /** Who holds what supervised agents send; undefined where nobody does. */
  readonly supervision: SupervisionTarget | undefined;
  /** The product's image, which counts the calls of agents with a budget. */
  readonly meter: { readonly image: string; readonly pullPolicy: 'Always' | 'IfNotPresent' | 'Never' };
  /** Longest call that Knative allows, in seconds. */
  readonly maxTimeoutSeconds: number;
  /** Whether a Secret must carry the label by which its owner lends it to functions and agents. */
  readonly enforceUsableBy: boolean;
}
