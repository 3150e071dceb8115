import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { locateFolder, locateProgram } from '../../tools/real-parts/locate.ts';
import type { GoProgramsPart } from '../../tools/real-parts/part.ts';
import { knativeWebhookConfigurationPart, knativeWebhookPart } from '../../tools/real-parts/parts.ts';
import type { ControlPlane } from './control-plane.ts';
import { findFreePorts } from './free-ports.ts';
import { configurationOf, mergedConfigMaps } from './knative-configuration.ts';

export interface KnativeSystem {
  /** Kind of the object that configures it. */
  readonly kind: 'KnativeServing' | 'KnativeEventing';
  readonly namespace: string;
  /** Service that its webhook is called through. */
  readonly service: string;
  readonly part: GoProgramsPart;
  readonly metricsDomain: string;
}

export const knativeServing = {
  kind: 'KnativeServing',
  namespace: 'knative-serving',
  service: 'webhook',
  part: knativeWebhookPart,
  metricsDomain: 'knative.dev/internal/serving',
} as const satisfies KnativeSystem;

const webhookConfiguration = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
  webhooks: z.array(
    z.looseObject({
      clientConfig: z.looseObject({
        service: z.looseObject({ name: z.string(), namespace: z.string() }),
      }),
    }),
  ),
});

type WebhookConfiguration = z.output<typeof webhookConfiguration>;

const emptySecret = z.looseObject({ kind: z.literal('Secret'), metadata: z.looseObject({ namespace: z.string() }) });

const fieldManager = 'knative-operator';

/** Runs Knative's own webhook with the values that a cluster of ours sets; the API server calls it once it registers itself. */
export async function startKnativeWebhook(
  controlPlane: ControlPlane,
  system: KnativeSystem,
  cluster: string,
): Promise<void> {
  const { admin, kubeconfig, start } = controlPlane;
  const [port = 0, profilingPort, metricsPort] = await findFreePorts(3);
  const prepared = [
    ...mergedConfigMaps(system.namespace, configurationOf(cluster, system.kind)),
    ...readSecrets(system),
    serviceOnLoopback(system),
    ...readConfigurations(system, port),
  ];
  for (const object of prepared) await admin.apply(object, { fieldManager });
  start({
    name: system.part.name,
    path: locateProgram(system.part) ?? '',
    arguments: [],
    environment: {
      KUBECONFIG: kubeconfig,
      SYSTEM_NAMESPACE: system.namespace,
      POD_NAME: system.part.name,
      WEBHOOK_NAME: system.service,
      WEBHOOK_PORT: String(port),
      METRICS_DOMAIN: system.metricsDomain,
      METRICS_PROMETHEUS_HOST: '127.0.0.1',
      METRICS_PROMETHEUS_PORT: String(metricsPort),
      PROFILING_PORT: String(profilingPort),
      CONFIG_LOGGING_NAME: 'config-logging',
      CONFIG_OBSERVABILITY_NAME: 'config-observability',
    },
  });
}

/** Resolved by the API server to this machine, as it would resolve the Service of a cluster to a pod. */
function serviceOnLoopback({ namespace, service }: KnativeSystem): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: service, namespace },
    spec: { type: 'ExternalName', externalName: 'localhost' },
  };
}

function readConfigurations({ namespace }: KnativeSystem, port: number): readonly WebhookConfiguration[] {
  return readPart()
    .map((object) => webhookConfiguration.safeParse(object).data)
    .filter((found) => found?.webhooks[0]?.clientConfig.service.namespace === namespace)
    .flatMap((found) => (found === undefined ? [] : [withPort(found, port)]));
}

function withPort(configuration: WebhookConfiguration, port: number): WebhookConfiguration {
  const webhooks = configuration.webhooks.map((webhook) => {
    const service = { ...webhook.clientConfig.service, port };
    return { ...webhook, clientConfig: { ...webhook.clientConfig, service } };
  });
  return { ...configuration, webhooks };
}

/** Empty: the webhook fills in the certificate that it makes. */
function readSecrets({ namespace }: KnativeSystem): readonly object[] {
  return readPart().filter((object) => emptySecret.safeParse(object).data?.metadata.namespace === namespace);
}

function readPart(): readonly object[] {
  const folder = locateFolder(knativeWebhookConfigurationPart) ?? '';
  return readdirSync(folder).map((name) => z.looseObject({}).parse(parse(readFileSync(join(folder, name), 'utf8'))));
}
