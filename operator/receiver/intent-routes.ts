import { systemClock } from '../kube/clock.ts';
import { IntentRouter, parseIntentTable } from '../intents/index.ts';
import type { KubeClient } from '../kube/client.ts';
import { readConfigMap } from './config-map.ts';
import type { ReceiverConfig } from './configuration.ts';
import { Refreshed } from './refreshed.ts';
import { type RefreshedParts, refreshMs } from './refreshed-settings.ts';

/** ConfigMap with the table of intents, in the namespace of the receiver. */
const [name, document] = ['knative-lambda-intents', 'routes.yaml'] as const;

/**
 * Reads the table of intents; undefined where there is none. An unchanged text is not compiled again.
 * @throws ConfigurationError for a table that is wrong
 */
function readIntentRoutes(
  client: Pick<KubeClient, 'get'>,
  namespace: string | undefined,
): () => Promise<IntentRouter | undefined> {
  let [text, router]: [string | undefined, IntentRouter | undefined] = [undefined, undefined];
  return async () => {
    const read = (await readConfigMap(client, { name, namespace }))[document];
    if (read !== text) {
      router = read === undefined ? undefined : new IntentRouter(parseIntentTable(read, `${name}/${document}`));
      text = read;
    }
    return router;
  };
}

/** Not part of readiness: a table that is wrong must hold up no command. */
export function intentRoutes(
  { controlNamespace }: ReceiverConfig,
  { client, log }: Pick<RefreshedParts, 'client' | 'log'>,
): Refreshed<IntentRouter | undefined> {
  return new Refreshed<IntentRouter | undefined>(
    {
      name: 'intents',
      clock: systemClock,
      everyMs: refreshMs,
      onFault: (err) => log.warn({ err }, 'the table of intents was not read'),
      read: readIntentRoutes(client, controlNamespace),
    },
    undefined,
  );
}
