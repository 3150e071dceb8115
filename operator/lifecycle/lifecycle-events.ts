import type { PendingEvent } from '../api/index.ts';
import type { Clock } from '../kube/clock.ts';
import type { Informer } from '../kube/informer.ts';
import type { Broker } from '../specs/broker.ts';
import type { Log } from '../telemetry/log.ts';
import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import { deliver } from './deliver.ts';
import { Outbox, type OutboxObserver, type Sender } from './outbox.ts';
import { addressOf, audienceOf, type LifecycleReceiver } from './receiver.ts';

export interface LifecycleParts {
  readonly receiver: LifecycleReceiver;
  readonly brokers: Informer<Broker>;
  /** Whether this process leads. */
  readonly mayAct: () => boolean;
  readonly clock: Clock;
  readonly registry: MetricRegistry;
  readonly log: Log;
}

/** Tells a Broker, or whom the environment names, what happens to functions, agents, builds and services. */
export class LifecycleEvents {
  readonly #parts: LifecycleParts;
  readonly #observer: OutboxObserver;
  readonly #outboxes: Outbox[] = [];

  constructor(parts: LifecycleParts) {
    this.#parts = parts;
    this.#observer = observerOf(parts);
    parts.registry.gauge('knative_lambda_operator_events_pending', (gauge) => {
      gauge.set(this.#outboxes.reduce((sum, { backlog }) => sum + backlog, 0));
    });
  }

  /** The outbox of one kind. @param settled asks for a pass over the object */
  outbox(settled: (sender: Sender) => void): Outbox {
    const { brokers, clock, mayAct, receiver } = this.#parts;
    const outbox = new Outbox({
      audience: (sender) => audienceOf(receiver, brokers, sender),
      send: async (sender, event) => deliver(addressOf(receiver, brokers, sender), sender, event),
      settled,
      mayAct,
      clock,
      observer: this.#observer,
    });
    this.#outboxes.push(outbox);
    return outbox;
  }

  /** Sends until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#outboxes.map((outbox) => outbox.run(signal)));
  }
}

/** Only the first of failures in a row is worth a line. */
function observerOf({ log, registry }: LifecycleParts): OutboxObserver {
  const sent = registry.counter('knative_lambda_operator_events_sent_total');
  const count = (event: PendingEvent, result: string): void => sent.inc({ type: labelOf(event), result });
  return {
    delivered: (event) => count(event, 'delivered'),
    failed(event, err, failures) {
      count(event, 'failed');
      if (failures === 0)
        log.warn({ err, type: event.type, id: event.id }, 'a lifecycle event was not taken; it is sent again');
    },
    dropped(event) {
      count(event, 'dropped');
      log.error({ type: event.type, id: event.id }, 'a lifecycle event is given up: too many wait');
    },
  };
}

const prefix = 'io.knative.lambda.lifecycle.';

/** Authors may give the events of builds types of their own. */
const labelOf = ({ type }: PendingEvent): string => (type.startsWith(prefix) ? type.slice(prefix.length) : 'custom');
