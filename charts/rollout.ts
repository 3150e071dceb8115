import type { Chart } from 'cdk8s';
import type { Environment } from '../stacks/index.ts';
import { addAbRoute } from './ab-route.ts';
import { type Flow, inNamespaces, pods, tcp } from './flow.ts';
import { AlertProvider, Canary, type CanaryWebhook } from './imports/flagger.ts';
import type { Part } from './part.ts';
import { receiverPort } from './receiver-flows.ts';
import { addMetricTemplates, canaryMetrics } from './rollout-metrics.ts';
import { loadPerSecond, type RolloutProfile, rolloutProfile } from './rollout-profiles.ts';
import { names, receiverPods } from './workloads.ts';

type DeploymentForm = Extract<Environment['receiver'], { form: 'deployment' }>;

/** Flagger's objects: it gives a release of the receiver requests step by step, and takes them back where it fails. */
export const rolloutPart: Part = {
  name: 'rollout',
  flows: rolloutFlows,
  build(chart, { environment }) {
    const profile = rolloutProfile(environment);
    const { monitoring, namespaces, receiver, rollout } = environment;
    if (profile === undefined || receiver.form !== 'deployment') {
      return;
    }
    addMetricTemplates(chart, { namespace: namespaces.control, prometheusUrl: monitoring.prometheusUrl });
    addAlerts(chart, environment);
    addCanary(chart, { environment, receiver, profile });
    if (rollout.abTesting) {
      addAbRoute(chart, namespaces.control);
    }
  },
};

interface CanaryPlan {
  readonly environment: Environment;
  readonly receiver: DeploymentForm;
  readonly profile: RolloutProfile;
}

/** The Service that clients name stays ours, so that it keeps both ports and outlives the Canary; its route is split. */
function addCanary(chart: Chart, { environment, receiver, profile }: CanaryPlan): void {
  const { replicas, autoscaling } = receiver;
  const { minReplicas, maxReplicas } = autoscaling ?? { minReplicas: replicas, maxReplicas: replicas };
  const name = names.receiverDeployment;
  new Canary(chart, 'canary', {
    metadata: { name, namespace: environment.namespaces.control },
    spec: {
      provider: 'gatewayapi:v1',
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      autoscalerRef: {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        name,
        primaryScalerReplicas: { minReplicas, maxReplicas },
      },
      progressDeadlineSeconds: profile.progressDeadlineSeconds,
      skipAnalysis: false,
      revertOnDeletion: true,
      service: {
        name: names.receiverRollout,
        port: receiverPort,
        portName: 'http',
        targetPort: 'http',
        gatewayRefs: [{ group: 'core', kind: 'Service', name }],
      },
      analysis: {
        interval: profile.interval,
        threshold: profile.threshold,
        maxWeight: profile.maxWeight,
        stepWeight: profile.stepWeight,
        metrics: canaryMetrics(profile),
        webhooks: webhooks(environment, profile),
        alerts: [{ name: 'releases', severity: 'info', providerRef: { name: names.rolloutAlerts } }],
      },
    },
  });
}

/** The first check would find no request without the load that starts before it. */
function webhooks({ namespaces, rollout }: Environment, { interval }: RolloutProfile): readonly CanaryWebhook[] {
  const { url } = rollout.loadTester;
  const canary = `http://${names.receiverRollout}-canary.${namespaces.control}:${receiverPort}/healthz`;
  const load = (duration: string) => `hey -z ${duration} -q ${loadPerSecond / 2} -c 2 ${canary}`;
  const twice = `${2 * Number.parseInt(interval, 10)}m`;
  return [
    {
      name: 'acceptance',
      type: 'pre-rollout',
      url,
      timeout: '30s',
      metadata: { type: 'bash', cmd: `curl --fail --silent --show-error --max-time 10 ${canary}` },
    },
    { name: 'first-load', type: 'pre-rollout', url, timeout: '5s', metadata: { type: 'cmd', cmd: load(twice) } },
    { name: 'load', type: 'rollout', url, timeout: '5s', metadata: { type: 'cmd', cmd: load(interval) } },
  ];
}

function addAlerts(chart: Chart, { namespaces, rollout }: Environment): void {
  new AlertProvider(chart, 'alerts', {
    metadata: { name: names.rolloutAlerts, namespace: namespaces.control },
    spec: {
      type: 'slack',
      channel: rollout.alertChannel,
      username: 'flagger',
      secretRef: { name: names.rolloutAlerts },
    },
  });
}

function rolloutFlows(environment: Environment): readonly Flow[] {
  const { rollout } = environment;
  return rolloutProfile(environment) === undefined
    ? []
    : [
        {
          why: 'load and acceptance tests of a canary',
          from: inNamespaces(rollout.loadTester.namespace),
          to: pods(receiverPods(environment)),
          ports: tcp(receiverPort),
        },
      ];
}
