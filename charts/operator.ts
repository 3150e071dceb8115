import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { labels as labelKeys } from '../operator/api/index.ts';
import type { Environment } from '../stacks/index.ts';
import { operatorConfiguration, processVariables } from './configuration.ts';
import { hardenedPodTemplate } from './constructs/hardened-pod.ts';
import { operatorImage } from './constructs/image.ts';
import { releaseAnnotations } from './constructs/release.ts';
import { componentLabels } from './constructs/labels.ts';
import { resourceRequirements } from './constructs/resources.ts';
import {
  addresses,
  type Flow,
  inNamespaces,
  internet,
  type Peer,
  pods,
  privateRegistry,
  tcp,
  type Workload,
} from './flow.ts';
import type { Part, PartContext } from './part.ts';
import { knativeNamespaces, receiverPort } from './receiver-flows.ts';
import { names, operatorCanaryPods, operatorPods, receiverPods } from './workloads.ts';

const metricsPort = 8080;
const healthPort = 8081;
const healthTarget = k8s.IntOrString.fromString('health');
const httpGet = (path: string) => ({ path, port: healthTarget });

/** The controller: Deployment, Service, disruption budget and the configuration that the receiver shares. */
export const operatorPart: Part = {
  name: 'operator',
  flows: operatorFlows,
  build(chart, context) {
    const { environment, releases } = context;
    const config = operatorConfiguration(environment, releases);
    const labels = componentLabels(names.operator, 'operator');
    const metadata = { name: names.operator, namespace: environment.namespaces.control, labels };
    new k8s.KubeConfigMap(chart, 'config', { metadata: { ...metadata, name: names.config }, data: config });
    addController(chart, context, mainController(environment));
    addService(chart, metadata, environment);
    addDisruptionBudget(chart, metadata, environment);
    const { canary } = environment.operator;
    if (canary !== undefined) {
      addController(chart, context, canaryController(environment, canary.namespaces));
    }
  },
};

/** What differs between the controller that serves an environment and the one that tries the next version. */
interface Controller {
  readonly name: string;
  readonly replicas: number;
  /** Key of its release in stacks/releases.yaml. */
  readonly release: string;
  /** Variables beside those of the ConfigMap, which they precede. */
  readonly env: k8s.EnvVar[];
}

function mainController({ name, operator }: Environment): Controller {
  return { name: names.operator, replicas: operator.replicas, release: name, env: [] };
}

/** It has the rights of the main one and a Lease of its own, so that both lead at once. */
function canaryController({ name }: Environment, namespaces: readonly string[]): Controller {
  return {
    name: names.operatorCanary,
    replicas: 1,
    release: `${name}-canary`,
    env: [
      { name: 'WATCH_NAMESPACES', value: namespaces.join(',') },
      { name: 'EXCLUDED_NAMESPACES', value: '' },
      { name: 'LEASE_NAME', value: names.operatorCanary },
    ],
  };
}

function addController(chart: Chart, context: PartContext, { name, replicas, release, env }: Controller): void {
  const { environment, releases } = context;
  const labels = componentLabels(name, 'operator');
  const manager = managerContainer(environment);
  new k8s.KubeDeployment(chart, name === names.operator ? 'deployment' : name, {
    metadata: {
      name,
      namespace: environment.namespaces.control,
      labels,
      annotations: releaseAnnotations(context, release),
    },
    spec: {
      replicas,
      selector: { matchLabels: { [labelKeys.appName]: name } },
      strategy: { type: 'RollingUpdate', rollingUpdate: name === names.operator ? surgeOfOne : inPlace },
      template: hardenedPodTemplate({
        environment,
        labels,
        config: operatorConfiguration(environment, releases),
        cloudRole: 'operator',
        serviceAccountName: names.operator,
        volumes: [pathKeys.volume],
        container: {
          ...manager,
          image: operatorImage(environment, releases, release),
          env: [
            ...processVariables(name),
            { name: 'SUPERVISION_KEYS_FOLDER', value: pathKeys.mount.mountPath },
            ...env,
          ],
          volumeMounts: [pathKeys.mount],
        },
      }),
    },
  });
}

/** What the paths are made of that supervised agents send to; the receiver has the same. */
const pathKeys = {
  volume: { name: 'path-keys', secret: { secretName: names.brokerPaths, optional: true } },
  mount: { name: 'path-keys', mountPath: '/var/run/secrets/knative-lambda/path-keys', readOnly: true },
} as const;

/** A second controller for one Lease would only wait, and the published quota has no room for it. */
const inPlace = { maxSurge: k8s.IntOrString.fromNumber(0), maxUnavailable: k8s.IntOrString.fromNumber(1) };
const surgeOfOne = { maxSurge: k8s.IntOrString.fromNumber(1), maxUnavailable: k8s.IntOrString.fromNumber(0) };

function managerContainer({ operator }: Environment): k8s.Container {
  return {
    name: 'manager',
    args: [
      '--mode=controller',
      `--metrics-bind-address=:${metricsPort}`,
      `--health-probe-bind-address=:${healthPort}`,
      '--leader-elect=true',
    ],
    ports: [
      { name: 'metrics', containerPort: metricsPort },
      { name: 'health', containerPort: healthPort },
    ],
    resources: resourceRequirements(operator.resources),
    livenessProbe: { httpGet: httpGet('/healthz'), initialDelaySeconds: 15, periodSeconds: 20 },
    readinessProbe: { httpGet: httpGet('/readyz'), initialDelaySeconds: 5, periodSeconds: 10 },
  };
}

/** Port 80 answers /healthz for the published commands. */
function addService(chart: Chart, metadata: k8s.ObjectMeta, environment: Environment): void {
  new k8s.KubeService(chart, 'service', {
    metadata,
    spec: {
      selector: operatorPods(environment).labels ?? {},
      ports: [
        { name: 'http', port: 80, targetPort: healthTarget },
        { name: 'metrics', port: metricsPort, targetPort: k8s.IntOrString.fromString('metrics') },
        { name: 'health', port: healthPort, targetPort: healthTarget },
      ],
    },
  });
}

function addDisruptionBudget(chart: Chart, metadata: k8s.ObjectMeta, environment: Environment): void {
  if (environment.operator.minAvailable !== undefined) {
    new k8s.KubePodDisruptionBudget(chart, 'disruption-budget', {
      metadata,
      spec: {
        minAvailable: k8s.IntOrString.fromNumber(environment.operator.minAvailable),
        selector: { matchLabels: operatorPods(environment).labels ?? {} },
      },
    });
  }
}

function operatorFlows(environment: Environment): readonly Flow[] {
  return [operatorPods(environment), operatorCanaryPods(environment)].flatMap((workload) =>
    workload === undefined ? [] : controllerFlows(environment, workload),
  );
}

function receiverFlow(environment: Environment, from: Peer): Flow {
  const why = 'ask what agents have used of their budgets';
  return environment.receiver.form === 'deployment'
    ? { why, from, to: pods(receiverPods(environment)), ports: tcp(receiverPort) }
    : { why, from, to: inNamespaces(...knativeNamespaces), ports: tcp(8012, 8080, 8081) };
}

function controllerFlows(environment: Environment, workload: Workload): readonly Flow[] {
  const { cloud, cluster, monitoring } = environment;
  const operator = pods(workload);
  const cloudFlows: readonly Flow[] =
    cloud === undefined
      ? []
      : [internet, ...privateRegistry(environment)].map((to) => ({
          why: 'look images up in ECR',
          from: operator,
          to,
          ports: tcp(443),
        }));
  return [
    {
      why: 'watch and write objects through the Kubernetes API',
      from: operator,
      to: addresses(cluster.apiServer.cidrs),
      ports: tcp(...cluster.apiServer.ports),
    },
    {
      why: 'Prometheus scrapes metrics',
      from: inNamespaces(monitoring.namespace),
      to: operator,
      ports: tcp(metricsPort),
    },
    { why: 'kubelet probes', from: addresses(cluster.nodeCidrs), to: operator, ports: tcp(healthPort) },
    { why: 'ask whether models are served', from: operator, to: inNamespaces('ollama'), ports: tcp(11434) },
    receiverFlow(environment, operator),
    { why: 'traces', from: operator, to: inNamespaces(monitoring.tracesNamespace), ports: tcp(4317, 4318) },
    ...cloudFlows,
  ];
}
