import { locateProgram } from '../../tools/real-parts/locate.ts';
import { knativeControllerPart } from '../../tools/real-parts/parts.ts';
import type { ControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { findFreePorts } from './free-ports.ts';
import { configurationOf, mergedConfigMaps } from './knative-configuration.ts';
import { knativeServing, startKnativeWebhook } from './knative-webhook.ts';

/** A revision that cannot start is given up after this. */
const progressDeadline = '5s';

/** Runs Knative Serving's own webhook and controller, configured as a cluster of ours is. Resolves once both are at work. */
export async function startKnativeServing(controlPlane: ControlPlane, cluster: string): Promise<void> {
  const { admin, failure, kubeconfig, start } = controlPlane;
  await startKnativeWebhook(controlPlane, knativeServing, cluster);
  const { namespace } = knativeServing;
  const ours = configurationOf(cluster, knativeServing.kind);
  const hasty = { ...ours, deployment: { ...ours['deployment'], 'progress-deadline': progressDeadline } };
  for (const configMap of mergedConfigMaps(namespace, hasty)) {
    await eventually(() => admin.apply(configMap, { fieldManager: 'knative-operator', force: true }), {
      giveUp: failure,
    });
  }
  const [profilingPort, metricsPort] = await findFreePorts(2);
  start({
    name: knativeControllerPart.name,
    path: locateProgram(knativeControllerPart) ?? '',
    arguments: [`-kubeconfig=${kubeconfig}`, '-kube-api-qps=500', '-kube-api-burst=1000'],
    environment: {
      SYSTEM_NAMESPACE: namespace,
      POD_NAME: knativeControllerPart.name,
      METRICS_DOMAIN: knativeServing.metricsDomain,
      METRICS_PROMETHEUS_HOST: '127.0.0.1',
      METRICS_PROMETHEUS_PORT: String(metricsPort),
      PROFILING_PORT: String(profilingPort),
      CONFIG_LOGGING_NAME: 'config-logging',
      CONFIG_OBSERVABILITY_NAME: 'config-observability',
    },
  });
}
