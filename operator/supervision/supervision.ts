import type { AwsCredentials } from '../fetch/index.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { postEvent } from '../post-event.ts';
import type { BrokerKeys } from '../receiver/broker-path.ts';
import type { DeadLetterBucket } from '../receiver/dead-letters/bucket-request.ts';
import type { Decode } from '../receiver/decode.ts';
import type { Log } from '../telemetry/log.ts';
import { ActionStore } from './action-store.ts';
import { askBy } from './asking.ts';
import { auditActionsTo } from './audit.ts';
import { findAgentIn } from './find-agent.ts';
import { respondBy } from './respond.ts';
import { supervisionRoutes, type SupervisionRoutes } from './routes.ts';
import { readSecrets } from './secret-value.ts';
import { type SupervisionTelemetry, Supervisor } from './supervisor.ts';
import { openVersioned } from '../receiver/dead-letters/versioned-objects.ts';

/** How an environment holds what its supervised agents send. */
export interface SupervisionSettings {
  /** Of the receiver, as agents and services of the cluster reach it. */
  readonly address: string;
  /** Of the methods of Slack, with a slash at its end. */
  readonly slackApi: string;
  /** Whether a Secret must carry the label by which its owner lends it. */
  readonly enforceUsableBy: boolean;
}

export interface SupervisionProps {
  readonly settings: SupervisionSettings;
  readonly environment: string;
  readonly place: DeadLetterBucket;
  readonly storeKeys: () => AwsCredentials | undefined;
  readonly pathKeys: () => BrokerKeys;
  readonly client: Pick<KubeClient, 'get'>;
  readonly decode: Decode;
  readonly log: Log;
  readonly telemetry: SupervisionTelemetry;
  readonly clock: Clock;
  readonly today: () => Date;
  readonly newId: () => string;
}

export interface Supervision {
  readonly routes: SupervisionRoutes;
  /** Until the signal; never fails. */
  run(this: void, signal: AbortSignal): Promise<void>;
}

/** Everything that a receiver does about supervised agents. */
export function openSupervision(props: SupervisionProps): Supervision {
  const { client, clock, decode, environment, log, newId, pathKeys, place, settings, storeKeys, telemetry, today } =
    props;
  const onFault = (err: unknown): void => log.warn({ err }, 'an action of an agent waits');
  const findAgent = findAgentIn(client);
  const readSecret = readSecrets(client, settings.enforceUsableBy);
  const answers = new URL('supervision/answers', `${settings.address}/`).href;
  const supervisor = new Supervisor({
    store: new ActionStore(openVersioned(place, storeKeys)),
    findAgent,
    ask: askBy({ readSecret, key: () => pathKeys().current, answers, slackApi: settings.slackApi }),
    deliver: async (address, event) => {
      const status = await postEvent(address, event);
      if (status < 200 || status >= 300) throw new Error(`the Broker of an agent answers ${status}`);
    },
    audit: auditActionsTo(log, environment),
    telemetry,
    clock,
    today,
    newId,
    onFault,
  });
  const keys = (): readonly string[] => pathKeys().accepted;
  const respond = respondBy(settings.slackApi, onFault);
  return {
    routes: supervisionRoutes({ supervisor, findAgent, readSecret, keys, decode, respond, today, onFault }),
    run: (signal) => supervisor.run(signal),
  };
}
