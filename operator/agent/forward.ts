import type { LambdaAgent } from '../api/index.ts';
import { brokerName } from './broker.ts';
import type { BrokerMode } from './settings.ts';

/** One event type that is sent on to one agent. */
export interface Forward {
  readonly type: string;
  readonly agent: string;
  readonly namespace: string;
  readonly description: string | undefined;
}

/** What an agent asks to be sent on, each type and target once. */
export function forwardsOf({ spec }: LambdaAgent): readonly Forward[] {
  const all = (spec.eventing?.forwards ?? []).flatMap(({ description, eventTypes, targetAgent, targetNamespace }) =>
    eventTypes.map((type) => ({ type, agent: targetAgent, namespace: targetNamespace, description })),
  );
  const byWhat = new Map(all.map((forward) => [`${forward.type} ${targetOf(forward)}`, forward]));
  return [...byWhat.values()];
}

/** `namespace/agent` that a forward sends to. */
export const targetOf = ({ agent, namespace }: Pick<Forward, 'agent' | 'namespace'>): string => `${namespace}/${agent}`;

/** How a forward reaches its target. */
export type ForwardRoute =
  /** permissions.allowedTargetNamespaces leaves the namespace out. */
  | { readonly kind: 'notAllowed' }
  /** It would come back to the broker that it is read from, for ever. */
  | { readonly kind: 'loop' }
  /** The broker of the target, `namespace/name`. */
  | { readonly kind: 'broker'; readonly key: string }
  /** The Knative Service of an agent that reads the same broker. */
  | { readonly kind: 'service' };

/**
 * The way of a forward. An agent may always send within its namespace; without a list it may send everywhere, as it
 * always could.
 */
export function routeOf(forward: Forward, { metadata, spec }: LambdaAgent, mode: BrokerMode): ForwardRoute {
  const isNear = forward.namespace === metadata.namespace;
  const allowed = spec.permissions?.allowedTargetNamespaces;
  if (!isNear && allowed !== undefined && !allowed.some((one) => one === '*' || one === forward.namespace)) {
    return { kind: 'notAllowed' };
  }
  if (isNear && forward.agent === metadata.name) return { kind: 'loop' };
  if (isNear && mode.kind === 'shared') return { kind: 'service' };
  return { kind: 'broker', key: `${forward.namespace}/${brokerName(forward.agent, mode)}` };
}
