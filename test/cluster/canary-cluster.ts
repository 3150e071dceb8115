import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { locateProgram } from '../../tools/real-parts/locate.ts';
import { flaggerPart, prometheusPart } from '../../tools/real-parts/parts.ts';
import { type ManifestDocument, readManifests } from './committed-manifests.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { readForeignCrds } from './foreign-crds.ts';
import { findFreePorts } from './free-ports.ts';
import { keepPodsReady } from './ready-pods.ts';
import { type ReceiverTraffic, serveTraffic, type Traffic } from './receiver-traffic.ts';

/** Flagger, Prometheus and a control plane whose pods are ready as soon as they are made. */
export interface CanaryCluster {
  readonly controlPlane: ControlPlane;
  readonly traffic: ReceiverTraffic;
  readonly prometheusUrl: string;
  stop(this: void): Promise<void>;
}

export async function startCanaryCluster(traffic: Readonly<Record<string, Traffic>>): Promise<CanaryCluster> {
  const controlPlane = await startControlPlane({ crds: readForeignCrds() });
  const { admin } = controlPlane;
  const served = await serveTraffic(admin, traffic);
  const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-prometheus-'));
  const over = new AbortController();
  const ready = keepPodsReady(admin, over.signal);
  const [prometheusPort = 0, flaggerPort = 0] = await findFreePorts(2);
  const prometheusUrl = `http://127.0.0.1:${prometheusPort}`;
  startPrometheus(controlPlane, { folder, port: prometheusPort, target: served.url });
  await eventually(async () => (await fetch(`${prometheusUrl}/-/ready`)).ok, {
    giveUp: controlPlane.failure,
  });
  controlPlane.start({
    name: 'flagger',
    path: locateProgram(flaggerPart) ?? '',
    arguments: [
      `-kubeconfig=${controlPlane.kubeconfig}`,
      // the Canaries name their own
      '-mesh-provider=kubernetes',
      `-metrics-server=${prometheusUrl}`,
      `-port=${flaggerPort}`,
      '-control-loop-interval=2s',
      '-kubeconfig-qps=100',
      '-kubeconfig-burst=200',
    ],
  });
  const stop = async (): Promise<void> => {
    over.abort();
    await ready;
    served.stop();
    await controlPlane.stop();
    rmSync(folder, { recursive: true });
  };
  return { controlPlane, traffic: served, prometheusUrl, stop };
}

interface PrometheusPlace {
  readonly folder: string;
  readonly port: number;
  readonly target: string;
}

/** The samples carry the labels that the scrape of a pod would write, so they are kept. */
function startPrometheus({ start }: ControlPlane, { folder, port, target }: PrometheusPlace): void {
  const configuration = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [
      { job_name: 'receivers', honor_labels: true, static_configs: [{ targets: [new URL(target).host] }] },
    ],
  };
  const path = join(folder, 'prometheus.yaml');
  writeFileSync(path, JSON.stringify(configuration));
  start({
    name: 'prometheus',
    path: locateProgram(prometheusPart) ?? '',
    arguments: [
      `--config.file=${path}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
  });
}

/** The shortest interval that Flagger keeps to. */
const interval = '10s';

const canarySchema = z.looseObject({
  spec: z.looseObject({
    analysis: z.looseObject({
      metrics: z.array(z.looseObject({})),
      webhooks: z.array(z.looseObject({})),
    }),
  }),
});

const wanted = new Set([
  'ServiceAccount/knative-lambda-receiver',
  'ConfigMap/knative-lambda-config',
  'Deployment/knative-lambda-builder',
  'Service/knative-lambda-builder',
  'HorizontalPodAutoscaler/knative-lambda-builder',
  'PodDisruptionBudget/knative-lambda-builder',
  'NetworkPolicy/knative-lambda-network-policy',
]);
const rolloutKinds = new Set(['Canary', 'MetricTemplate', 'AlertProvider', 'HTTPRoute']);

/** The receiver and its rollout as an environment has them, moved into a namespace of the test. */
export function rolloutManifests(environment: string, namespace: string): readonly ManifestDocument[] {
  return readManifests(environment)
    .filter(({ kind, metadata }) => wanted.has(`${kind}/${metadata.name}`) || rolloutKinds.has(kind))
    .map((manifest) => ({ ...manifest, metadata: { ...manifest.metadata, namespace } }));
}

/** The same object, with the intervals and addresses of the test. */
export function forTest(manifest: ManifestDocument, { prometheusUrl, traffic }: CanaryCluster): object {
  if (manifest.kind === 'MetricTemplate') {
    const template = z.looseObject({ spec: z.looseObject({ provider: z.looseObject({}) }) }).parse(manifest);
    const provider = { ...template.spec.provider, address: prometheusUrl };
    return { ...template, spec: { ...template.spec, provider } };
  }
  if (manifest.kind !== 'Canary') return manifest;
  const { spec, ...rest } = canarySchema.parse(manifest);
  const analysis = {
    ...spec.analysis,
    interval,
    metrics: spec.analysis.metrics.map((metric) => ({ ...metric, interval })),
    webhooks: spec.analysis.webhooks.map((webhook) => ({ ...webhook, url: `${traffic.url}/load` })),
  };
  return { ...rest, spec: { ...spec, analysis } };
}
