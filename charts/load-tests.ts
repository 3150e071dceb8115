import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { agentTiers } from '../operator/api/index.ts';
import { type Environment, projectRoot } from '../stacks/index.ts';
import { componentLabels } from './constructs/labels.ts';
import { addresses, type Flow, inNamespaces, pods, tcp } from './flow.ts';
import type { Part } from './part.ts';
import { knativeNamespaces, receiverPort } from './receiver-flows.ts';
import { loadTestNamespace, loadTestPods, names, operatorPods, receiverPods } from './workloads.ts';

/** What a load test needs before it can be started: its scripts, an account with its rights, and open flows. */
export const loadTestsPart: Part = {
  name: 'load-tests',
  flows: loadTestFlows,
  build(chart, { environment }) {
    if (environment.loadTests === 'none') {
      return;
    }
    const namespace = loadTestNamespace(environment);
    addScripts(chart, namespace);
    addAccount(chart, namespace);
    addTierReviews(chart, namespace);
  },
};

const labels = componentLabels(names.loadTests, 'testing');

/** The scripts as they are: k6 runs TypeScript, and finds what a script imports beside it. */
function addScripts(chart: Chart, namespace: string): void {
  const folder = join(projectRoot, 'charts', 'load');
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  new k8s.KubeConfigMap(chart, 'scripts', {
    metadata: {
      name: names.loadTests,
      namespace,
      labels,
      // templates of the scripts hold braces after a dollar sign, which Flux would replace
      annotations: { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' },
    },
    data: Object.fromEntries(files.toSorted().map((name) => [name, readFileSync(join(folder, name), 'utf8')])),
  });
}

/** A run makes, reads and removes functions in this namespace, and asks what others may do in it. */
const rules: k8s.PolicyRule[] = [
  { apiGroups: ['lambda.knative.io'], resources: ['lambdafunctions'], verbs: ['get', 'list', 'create', 'delete'] },
  { apiGroups: ['authorization.k8s.io'], resources: ['localsubjectaccessreviews'], verbs: ['create'] },
];

function addAccount(chart: Chart, namespace: string): void {
  const metadata = { name: names.loadTests, namespace, labels };
  new k8s.KubeServiceAccount(chart, 'account', { metadata, automountServiceAccountToken: false });
  new k8s.KubeRole(chart, 'role', { metadata, rules });
  new k8s.KubeRoleBinding(chart, 'role-binding', {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: names.loadTests },
    subjects: [{ kind: 'ServiceAccount', name: names.loadTests, namespace }],
  });
}

/** The tiers are reviewed for users of these names; no authenticator knows them, so nobody gains a right. */
function addTierReviews(chart: Chart, namespace: string): void {
  for (const tier of agentTiers) {
    new k8s.KubeRoleBinding(chart, `review-${tier}`, {
      metadata: { name: `${names.loadTests}-${tier}`, namespace, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: tier },
      subjects: [{ kind: 'User', name: `knative-lambda:load-test:${tier}`, apiGroup: 'rbac.authorization.k8s.io' }],
    });
  }
}

/** Port of the API of k6, over which a run is begun and watched. */
const k6Port = 6565;

function loadTestFlows(environment: Environment): readonly Flow[] {
  const { cluster, loadTests, monitoring, receiver } = environment;
  if (loadTests === 'none') {
    return [];
  }
  const k6 = pods(loadTestPods(environment));
  const flows: readonly Flow[] = [
    ...(receiver.form === 'deployment'
      ? [{ why: 'load on the receiver', from: k6, to: pods(receiverPods(environment)), ports: tcp(receiverPort) }]
      : []),
    { why: 'load on health and metrics', from: k6, to: pods(operatorPods(environment)), ports: tcp(8080, 8081) },
    {
      why: 'load on functions through the Knative gateway',
      from: k6,
      to: inNamespaces(...knativeNamespaces),
      ports: tcp(8012, 8080, 8081),
    },
    {
      why: 'make and remove functions through the Kubernetes API',
      from: k6,
      to: addresses(cluster.apiServer.cidrs),
      ports: tcp(...cluster.apiServer.ports),
    },
    { why: 'results by remote write', from: k6, to: inNamespaces(monitoring.namespace), ports: tcp(9090) },
    { why: 'the starter begins the runners', from: k6, to: k6, ports: tcp(k6Port) },
    { why: 'k6-operator watches the runners', from: inNamespaces('k6-operator'), to: k6, ports: tcp(k6Port) },
    { why: 'kubelet probes', from: addresses(cluster.nodeCidrs), to: k6, ports: tcp(k6Port) },
  ];
  return flows.map((flow) => ({ ...flow, outsideMesh: true }));
}
