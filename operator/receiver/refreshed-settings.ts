import type { AwsCredentials } from '../fetch/index.ts';
import type { KubeClient } from '../kube/client.ts';
import { systemClock } from '../kube/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { noBrokerKeys } from './broker-path.ts';
import { readConfigMap } from './config-map.ts';
import type { ReceiverConfig } from './configuration.ts';
import { Refreshed } from './refreshed.ts';
import type { EventSchemas } from './schemas.ts';
import { parseAlertTokens, parseBrokerKeys, parseSigningKeys, readSecretFolder } from './secret-folder.ts';
import { assumePodIdentity, parseStoreKeys } from './store-keys.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** How often what may change is read again. */
export const refreshMs = 15_000;

export interface RefreshedParts {
  readonly client: KubeClient;
  readonly schemas: EventSchemas;
  readonly log: Log;
  readonly environment: Environment;
}

/** What may change while the receiver runs; until each has been read once it is not ready. */
export function refreshedSettings(config: ReceiverConfig, { client, environment, log, schemas }: RefreshedParts) {
  const { alertTokensFolder, brokers, controlNamespace, deadLetters, signingKeysFolder } = config;
  const shared = { clock: systemClock, everyMs: refreshMs };
  const onFault = (setting: string) => (err: unknown) => log.warn({ err, setting }, 'a setting was not read');
  return {
    signingKeys: new Refreshed(
      {
        ...shared,
        name: 'signing-keys',
        onFault: onFault('signing-keys'),
        read: async () => parseSigningKeys(await filesOf(signingKeysFolder)),
      },
      [],
    ),
    brokerKeys: new Refreshed(
      {
        ...shared,
        name: 'broker-keys',
        onFault: onFault('broker-keys'),
        read: async () => parseBrokerKeys(await filesOf(brokers?.keysFolder)),
      },
      noBrokerKeys,
    ),
    alertTokens: new Refreshed(
      {
        ...shared,
        name: 'alert-tokens',
        onFault: onFault('alert-tokens'),
        read: async () => parseAlertTokens(await filesOf(alertTokensFolder)),
      },
      [],
    ),
    storeKeys: new Refreshed<AwsCredentials | undefined>(
      {
        ...shared,
        everyMs: deadLetters.kind === 'bucket' && deadLetters.keysFolder === undefined ? identityMs : refreshMs,
        name: 'dead-letter-keys',
        onFault: onFault('dead-letter-keys'),
        read: () => readStoreKeys(deadLetters, environment),
      },
      undefined,
    ),
    schemas: new Refreshed(
      {
        ...shared,
        name: 'event-schemas',
        onFault: onFault('event-schemas'),
        read: async () => schemas.load(await readConfigMap(client, { name: schemasName, namespace: controlNamespace })),
      },
      undefined,
    ),
  };
}

/** ConfigMap whose schemas take the place of the built-in ones. */
const schemasName = 'knative-lambda-event-schemas';

/** What the cloud gives lasts an hour. */
const identityMs = 900_000;

async function readStoreKeys(
  settings: ReceiverConfig['deadLetters'],
  environment: Environment,
): Promise<AwsCredentials | undefined> {
  if (settings.kind === 'none') return undefined;
  const { keysFolder, place } = settings;
  return keysFolder === undefined
    ? assumePodIdentity(place.region, environment)
    : parseStoreKeys(await readSecretFolder(keysFolder));
}

/** A setting that names no folder has no files. */
async function filesOf(folder: string | undefined): Promise<ReadonlyMap<string, string>> {
  return folder === undefined ? new Map() : readSecretFolder(folder);
}
