import type { Broker } from '../specs/broker.ts';
import { currentCondition, type KnativeCondition } from '../specs/knative-condition.ts';
import type { Trigger } from '../specs/trigger.ts';
import { finding, type Finding } from './finding.ts';

/** What is known of how events reach a function. */
export type ExposeFacts =
  | { readonly kind: 'off' }
  /** Validation found an event type that no broker compares. */
  | { readonly kind: 'invalid'; readonly finding: Finding<'ExposeReady'> }
  | { readonly kind: 'notInstalled'; readonly resource: string }
  | { readonly kind: 'refused'; readonly trigger: string; readonly cause: string }
  | {
      readonly kind: 'triggers';
      readonly brokerName: string;
      readonly broker: Broker | undefined;
      /** What the API server said when the Broker was to be made. */
      readonly refusal: string | undefined;
      /** Names that the Triggers have once all are there. */
      readonly wanted: readonly string[];
      /** Those of the wanted ones that are there. */
      readonly triggers: readonly Trigger[];
      readonly types: readonly string[];
      readonly subject: string;
    };

export function exposeFinding(facts: ExposeFacts): Finding<'ExposeReady'> {
  switch (facts.kind) {
    case 'off':
      return finding('ExposeReady', 'EventingOff', {});
    case 'invalid':
      return facts.finding;
    case 'notInstalled':
      return finding('ExposeReady', 'EventingNotInstalled', facts);
    case 'refused':
      return finding('ExposeReady', 'TriggerRefused', facts);
    case 'triggers':
      return brokerFinding(facts) ?? triggerFinding(facts);
  }
}

type TriggerFacts = Extract<ExposeFacts, { kind: 'triggers' }>;

function brokerFinding({ broker, brokerName, refusal }: TriggerFacts): Finding<'ExposeReady'> | undefined {
  if (refusal !== undefined) {
    return finding('ExposeReady', 'BrokerNotReady', { broker: brokerName, cause: `it cannot be made: ${refusal}` });
  }
  if (broker === undefined) return finding('ExposeReady', 'BrokerMissing', { broker: brokerName });
  const ready = currentCondition(broker, 'Ready');
  return ready?.status === 'False'
    ? finding('ExposeReady', 'BrokerNotReady', { broker: brokerName, cause: describe(ready) })
    : undefined;
}

function triggerFinding({ subject, triggers, types, wanted }: TriggerFacts): Finding<'ExposeReady'> {
  const states = wanted.map((name) => {
    const trigger = triggers.find(({ metadata }) => metadata.name === name);
    return { name, ready: trigger && currentCondition(trigger, 'Ready') };
  });
  const failed = states.find(({ ready }) => ready?.status === 'False');
  if (failed?.ready !== undefined) {
    return finding('ExposeReady', 'TriggerNotReady', { trigger: failed.name, cause: describe(failed.ready) });
  }
  const pending = states.find(({ ready }) => ready?.status !== 'True');
  return pending === undefined
    ? finding('ExposeReady', 'Exposed', { types: types.join(', '), subject })
    : finding('ExposeReady', 'Exposing', { trigger: pending.name });
}

function describe({ message = '', reason = '' }: KnativeCondition): string {
  return message === '' ? reason : message;
}
