import type { LambdaAgentStatus } from '../api/index.ts';
import type { Broker } from '../specs/broker.ts';
import { currentCondition, type KnativeCondition } from '../specs/knative-condition.ts';
import type { Trigger } from '../specs/trigger.ts';
import { finding, type Finding } from './finding.ts';

/** What is known of the broker that an agent reads. */
export type BrokerFacts =
  | { readonly kind: 'off' }
  | { readonly kind: 'notInstalled'; readonly resource: string }
  /** Nothing says where a broker of its own would keep its events. */
  | { readonly kind: 'rabbitmqUnknown'; readonly name: string }
  | { readonly kind: 'refused'; readonly name: string; readonly cause: string }
  | { readonly kind: 'missing'; readonly name: string }
  | { readonly kind: 'found'; readonly name: string; readonly broker: Broker };

/** What is known of the Triggers of an agent. */
export interface TriggerFacts {
  /** Names of all that can be made, and of those the ones that send on. */
  readonly wanted: readonly string[];
  readonly forwards: readonly string[];
  /** Those of the wanted ones that are there. */
  readonly triggers: readonly Trigger[];
  readonly refused: readonly { readonly trigger: string; readonly cause: string }[];
  /** Event types that no broker compares. */
  readonly unmatched: readonly string[];
  /** Targets as `namespace/agent`, by what keeps events from them. */
  readonly notAllowed: readonly string[];
  readonly loops: readonly string[];
  readonly missing: readonly string[];
}

export interface EventingFacts {
  readonly broker: BrokerFacts;
  readonly triggers: TriggerFacts;
}

export const noTriggers: TriggerFacts = {
  wanted: [],
  forwards: [],
  triggers: [],
  refused: [],
  unmatched: [],
  notAllowed: [],
  loops: [],
  missing: [],
};

export function eventingFinding({ broker, triggers }: EventingFacts): Finding<'Eventing'> {
  switch (broker.kind) {
    case 'off':
      return finding('Eventing', 'EventingOff', {});
    case 'notInstalled':
      return finding('Eventing', 'EventingNotInstalled', broker);
    case 'rabbitmqUnknown':
      return finding('Eventing', 'RabbitmqUnknown', { broker: broker.name });
    case 'refused':
      return finding('Eventing', 'BrokerRefused', { broker: broker.name, cause: broker.cause });
    case 'missing':
      return finding('Eventing', 'BrokerMissing', { broker: broker.name });
    case 'found':
      return brokerFinding(broker.name, broker.broker) ?? triggerFinding(triggers) ?? openFinding(broker, triggers);
  }
}

function brokerFinding(name: string, broker: Broker): Finding<'Eventing'> | undefined {
  const ready = currentCondition(broker, 'Ready');
  return ready?.status === 'False'
    ? finding('Eventing', 'BrokerNotReady', { broker: name, cause: describe(ready) })
    : undefined;
}

const listed = (names: readonly string[]) => ({ targets: names.join(', ') });

/** What keeps some events away, first what only a person can change. */
function triggerFinding(facts: TriggerFacts): Finding<'Eventing'> | undefined {
  const { loops, missing, notAllowed, refused, unmatched } = facts;
  const [first] = refused;
  if (first !== undefined) return finding('Eventing', 'TriggerRefused', first);
  if (notAllowed.length > 0) return finding('Eventing', 'ForwardNotAllowed', listed(notAllowed));
  if (loops.length > 0) return finding('Eventing', 'ForwardLoop', listed(loops));
  if (unmatched.length > 0) return finding('Eventing', 'EventTypeWildcard', { types: unmatched.join(', ') });
  if (missing.length > 0) return finding('Eventing', 'ForwardTargetMissing', listed(missing));
  const failed = statesOf(facts).find(({ ready }) => ready?.status === 'False');
  return failed?.ready === undefined
    ? undefined
    : finding('Eventing', 'TriggerNotReady', { trigger: failed.name, cause: describe(failed.ready) });
}

function openFinding(
  { broker, name }: Extract<BrokerFacts, { kind: 'found' }>,
  facts: TriggerFacts,
): Finding<'Eventing'> {
  if (currentCondition(broker, 'Ready')?.status !== 'True')
    return finding('Eventing', 'BrokerPending', { broker: name });
  const pending = statesOf(facts).find(({ ready }) => ready?.status !== 'True');
  const { forwards, wanted } = facts;
  return pending === undefined
    ? finding('Eventing', 'EventingReady', {
        broker: name,
        subscriptions: wanted.length - forwards.length,
        forwards: forwards.length,
      })
    : finding('Eventing', 'EventingPending', { trigger: pending.name });
}

function statesOf({ triggers, wanted }: TriggerFacts) {
  return wanted.map((name) => {
    const trigger = triggers.find(({ metadata }) => metadata.name === name);
    return { name, ready: trigger && currentCondition(trigger, 'Ready') };
  });
}

function describe({ message = '', reason = '' }: KnativeCondition): string {
  return message === '' ? reason : message;
}

type EventingStatus = LambdaAgentStatus['eventingStatus'];

/** Where the agent sends events: the address that its broker has, or had when it was last looked at. */
export function brokerUrlOf(facts: BrokerFacts, before: EventingStatus): string | undefined {
  if (facts.kind !== 'found') return undefined;
  return facts.broker.status?.address?.url ?? (before?.brokerName === facts.name ? before.brokerUrl : undefined);
}

/** The part of the status that tells of events; undefined where there are none. */
export function eventingStatus({ broker, triggers }: EventingFacts, before: EventingStatus): EventingStatus {
  if (broker.kind === 'off' || broker.kind === 'notInstalled') return undefined;
  const url = brokerUrlOf(broker, before);
  return {
    brokerName: broker.name,
    brokerReady: broker.kind === 'found' && currentCondition(broker.broker, 'Ready')?.status === 'True',
    ...(url === undefined ? {} : { brokerUrl: url }),
    triggerCount: triggers.triggers.length,
    forwardCount: triggers.triggers.filter(({ metadata }) => triggers.forwards.includes(metadata.name)).length,
  };
}
