import type { Clock } from '../kube/clock.ts';
import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import type { DeadLetterReason } from './dead-letter.ts';
import { deadLetterReasons } from './dead-letter.ts';
import type { Catalogue } from './dead-letters/catalogue.ts';
import { typeLabel } from './event-names.ts';

export type EventResult = 'success' | 'refused' | 'failed';

/** What the receiver counts. */
export interface ReceiverTelemetry {
  request(route: string, status: number, startedAt: number): void;
  received(type: string): void;
  handled(type: string, result: EventResult, startedAt: number): void;
  invalid(type: string): void;
  duplicate(type: string): void;
  /** By a rule, the classifier or the fallback; intent is empty where there is none. */
  routed(intent: string, by: string): void;
  /** One of an agent or a function that waited for its answer. */
  call(by: string, result: 'success' | 'failed', startedAt: number): void;
  /** One that is kept. */
  deadLetter(reason: DeadLetterReason): void;
  /** One that was sent again. */
  readonly replayed: (result: 'success' | 'failed') => void;
  /** So many that were too old. */
  readonly expired: (count: number) => void;
  /** From now on says what is in the store. */
  storedLetters(catalogue: Catalogue, today: () => Date): void;
}

/** Times are those of the clock, in milliseconds. */
export function receiverTelemetry(registry: MetricRegistry, clock: Clock): ReceiverTelemetry {
  const requests = registry.counter('knative_lambda_receiver_requests_total');
  const requestSeconds = registry.histogram('knative_lambda_receiver_request_duration_seconds');
  const events = registry.counter('cloudevents_received_total');
  const eventSeconds = registry.histogram('cloudevents_processing_duration_seconds');
  const invalid = registry.counter('knative_lambda_receiver_validation_failures_total');
  const duplicates = registry.counter('knative_lambda_receiver_duplicates_total');
  const routed = registry.counter('knative_lambda_receiver_routed_events_total');
  const callSeconds = registry.histogram('knative_lambda_receiver_call_duration_seconds');
  const deadLetters = registry.counter('knative_lambda_dlq_messages_total');
  const replays = registry.counter('knative_lambda_dlq_replays_total');
  const expired = registry.counter('knative_lambda_dlq_expired_messages_total');
  const since = (startedAt: number): number => (clock.now() - startedAt) / 1000;
  return {
    request(route, status, startedAt) {
      requests.inc({ route, code: String(status) });
      requestSeconds.observe({ route }, since(startedAt));
    },
    received: (type) => events.inc({ type: typeLabel(type) }),
    handled: (type, result, startedAt) => eventSeconds.observe({ type: typeLabel(type), result }, since(startedAt)),
    invalid: (type) => invalid.inc({ type: typeLabel(type) }),
    duplicate: (type) => duplicates.inc({ type: typeLabel(type) }),
    routed: (intent, by) => routed.inc({ intent, by }),
    call: (by, result, startedAt) => callSeconds.observe({ by, result }, since(startedAt)),
    deadLetter: (reason) => deadLetters.inc({ reason }),
    replayed: (result) => replays.inc({ result }),
    expired: (count) => expired.inc({}, count),
    storedLetters: (catalogue, today) => addStoredLetters(registry, catalogue, today),
  };
}

/** Every reason is shown: none stays at its last count. */
function addStoredLetters(registry: MetricRegistry, catalogue: Catalogue, today: () => Date): void {
  registry.gauge('knative_lambda_dlq_stored_messages', (gauge) => {
    const counts = new Map<string, number>();
    for (const namespace of catalogue.namespaces()) {
      for (const { entry } of catalogue.letters(namespace))
        counts.set(entry.reason, (counts.get(entry.reason) ?? 0) + 1);
    }
    for (const reason of Object.keys(deadLetterReasons)) gauge.set({ reason }, counts.get(reason) ?? 0);
  });
  registry.gauge('knative_lambda_dlq_unlisted_messages', (gauge) => {
    gauge.set(catalogue.namespaces().reduce((sum, name) => sum + catalogue.countLeftOut(name), 0));
  });
  registry.gauge('knative_lambda_dlq_oldest_message_age_seconds', (gauge) => {
    const times = catalogue.namespaces().flatMap((name) => catalogue.letters(name).at(0)?.entry.time ?? []);
    const oldest = Math.min(today().getTime(), ...times.map((time) => Date.parse(time)));
    gauge.set((today().getTime() - oldest) / 1000);
  });
}
