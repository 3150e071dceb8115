import { brokerResources } from '../api/index.ts';
import type { KubeClient } from '../kube/client.ts';
import { systemClock } from '../kube/clock.ts';
import { objectLabels } from '../specs/ownership.ts';
import { type Destination, triggerResource } from '../specs/trigger.ts';
import type { Log } from '../telemetry/log.ts';
import { type BrokerKeys, brokerPath } from './broker-path.ts';
import type { ReceiverConfig } from './configuration.ts';
import { Refreshed } from './refreshed.ts';

export interface CommandTriggersProps {
  readonly client: Pick<KubeClient, 'apply'>;
  /** Each has a Broker, whose events come here. */
  readonly namespaces: readonly string[];
  /** The Service of the receiver. */
  readonly receiver: Destination['ref'];
  /** Of the paths. */
  readonly key: string;
}

const fieldManager = 'knative-lambda-receiver';

/**
 * Has the Broker of each namespace send its events here. The receiver does it itself, as the path is a secret, which no
 * manifest may hold. Needs create and patch on triggers.
 */
async function applyCommandTriggers(props: CommandTriggersProps): Promise<void> {
  const { client, namespaces } = props;
  const options = { fieldManager, force: true };
  const results = await Promise.allSettled(
    namespaces.map((namespace) => client.apply(triggerResource, buildCommandTrigger(namespace, props), options)),
  );
  const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  if (failed.length > 0) throw new AggregateError(failed, `Triggers of ${failed.length} namespaces are not applied`);
}

/** Has no filter: the RabbitMQ Broker compares single attributes only, and each Trigger more is a pod more. */
function buildCommandTrigger(namespace: string, { key, receiver }: Omit<CommandTriggersProps, 'client'>) {
  return {
    metadata: {
      name: 'lambda-command-receiver-trigger',
      namespace,
      labels: objectLabels('knative-lambda-receiver', 'trigger'),
      annotations: {
        'rabbitmq.eventing.knative.dev/parallelism': '10',
        'rabbitmq.eventing.knative.dev/cpu-request': brokerResources.dispatcher.requests.cpu,
        'rabbitmq.eventing.knative.dev/cpu-limit': brokerResources.dispatcher.limits.cpu,
        'rabbitmq.eventing.knative.dev/memory-request': brokerResources.dispatcher.requests.memory,
        'rabbitmq.eventing.knative.dev/memory-limit': brokerResources.dispatcher.limits.memory,
      },
    },
    // retries and the place of dead letters are those of the Broker
    spec: { broker: 'lambda-broker', subscriber: { ref: receiver, uri: brokerPath(key, namespace) } },
  };
}

const triggersMs = 60_000;

interface TriggerParts {
  readonly client: KubeClient;
  readonly log: Log;
  readonly keys: Refreshed<BrokerKeys>;
}

/** Not part of readiness: who sends to the receiver itself needs no Broker. */
export function commandTriggers({ brokers }: ReceiverConfig, { client, keys, log }: TriggerParts): Refreshed<void> {
  const read = async (): Promise<void> => {
    await keys.refresh();
    const { current } = keys.current();
    if (brokers === undefined || current === undefined) return;
    await applyCommandTriggers({ client, key: current, ...brokers });
  };
  const onFault = (err: unknown): void => log.warn({ err }, 'Brokers do not send here');
  return new Refreshed({ name: 'command-triggers', clock: systemClock, everyMs: triggersMs, onFault, read }, undefined);
}
