import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Environment } from '../stacks/index.ts';
import { operatorConfiguration } from './configuration.ts';
import { hardenedPodTemplate } from './constructs/hardened-pod.ts';
import { operatorImage } from './constructs/image.ts';
import { releaseAnnotations } from './constructs/release.ts';
import { componentLabels } from './constructs/labels.ts';
import { resourceRequirements } from './constructs/resources.ts';
import { addresses, type Flow, inNamespaces, internet, pods, tcp } from './flow.ts';
import type { Part, PartContext } from './part.ts';
import { names, operatorPods } from './workloads.ts';

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
    new k8s.KubeDeployment(chart, 'deployment', {
      metadata: { ...metadata, annotations: releaseAnnotations(context) },
      spec: {
        replicas: environment.operator.replicas,
        selector: { matchLabels: operatorPods(environment).labels ?? {} },
        strategy: { type: 'RollingUpdate', rollingUpdate: surgeOfOne },
        template: hardenedPodTemplate({
          environment,
          labels,
          config,
          cloudRole: 'operator',
          serviceAccountName: names.operator,
          container: managerContainer(context),
        }),
      },
    });
    addService(chart, metadata, environment);
    addDisruptionBudget(chart, metadata, environment);
  },
};

const surgeOfOne = { maxSurge: k8s.IntOrString.fromNumber(1), maxUnavailable: k8s.IntOrString.fromNumber(0) };

function managerContainer({ environment, releases }: PartContext): k8s.Container {
  return {
    name: 'manager',
    image: operatorImage(environment, releases),
    args: [
      '--mode=controller',
      `--metrics-bind-address=:${metricsPort}`,
      `--health-probe-bind-address=:${healthPort}`,
      '--leader-elect=true',
    ],
    env: [{ name: 'OTEL_SERVICE_NAME', value: names.operator }],
    ports: [
      { name: 'metrics', containerPort: metricsPort },
      { name: 'health', containerPort: healthPort },
    ],
    resources: resourceRequirements(environment.operator.resources),
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
  const { cloud, cluster, monitoring } = environment;
  const operator = pods(operatorPods(environment));
  const cloudFlows: readonly Flow[] =
    cloud === undefined ? [] : [{ why: 'look images up in ECR', from: operator, to: internet, ports: tcp(443) }];
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
    { why: 'traces', from: operator, to: inNamespaces(monitoring.tracesNamespace), ports: tcp(4317, 4318) },
    ...cloudFlows,
  ];
}
