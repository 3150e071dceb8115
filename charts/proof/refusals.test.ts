import { describe, expect, test } from '@jest/globals';
import { findEnvironment, parseEnvironments, readEnvironments, readReleases } from '../../stacks/index.ts';
import { synthesizeEnvironment, synthesizeShared } from '../synth.ts';
import { proveEnvironment } from './index.ts';
import { type Manifest, parseManifest } from './manifest.ts';

const environments = readEnvironments();
const shared = synthesizeShared();
const inputs = { releases: readReleases(), sealedSecrets: new Map() };

type Edit = (manifest: Manifest) => unknown;

/** Faults of an environment after an edit of the objects that match `kind/name`; `undefined` removes the object. */
function faultsAfter(environmentName: string, object: string, edit: Edit): readonly string[] {
  const synthesized = synthesizeEnvironment(findEnvironment(environments, environmentName), inputs);
  let found = 0;
  const files = synthesized.files.map((file) => ({
    ...file,
    manifests: file.manifests.flatMap((manifest) => {
      if (`${manifest.kind}/${manifest.metadata.name}` !== object) {
        return [manifest];
      }
      found += 1;
      const edited = edit(structuredClone(manifest));
      return edited === undefined ? [] : [parseManifest(edited)];
    }),
  }));
  expect(found).toBeGreaterThan(0);
  return proveEnvironment({ ...synthesized, files }, shared);
}

/** The same object with one value replaced, by path. */
const set =
  (path: string, value: unknown): Edit =>
  (manifest) => {
    const keys = path.split('/');
    const last = keys.pop() ?? '';
    const parent = keys.reduce<unknown>((inner, key) => Reflect.get(Object(inner), key), manifest);
    Reflect.set(Object(parent), last, value);
    return manifest;
  };

const remove: Edit = () => undefined;
const container = 'spec/template/spec/containers/0';
const operator = 'Deployment/knative-lambda-operator';
const receiver = 'Deployment/knative-lambda-builder';
const rules = 'PrometheusRule/knative-lambda-alerts';

const refusals: readonly (readonly [what: string, environment: string, object: string, edit: Edit, fault: RegExp])[] = [
  [
    'a rule on a metric that nobody emits',
    'dev',
    rules,
    set('spec/groups/0/rules/0/expr', 'sum(rate(requests_total[5m]))'),
    /builds_total: metric requests_total is emitted by nobody/,
  ],
  [
    'a rule on a label that its metric lacks',
    'dev',
    rules,
    set('spec/groups/0/rules/0/expr', 'sum by (function) (workqueue_depth)'),
    /label function is grouped by and is not in the expression/,
  ],
  [
    'a rule that is no PromQL',
    'dev',
    rules,
    set('spec/groups/0/rules/0/expr', 'sum(rate(workqueue_depth[5m])'),
    /syntax error at/,
  ],
  [
    'an alert that shows a label which it has not',
    'dev',
    rules,
    set('spec/groups/6/rules/0/annotations/summary', '{{ $labels.function }} is not ready'),
    /KnativeLambdaOperatorNotReady: annotation shows label function/,
  ],
  [
    'a monitor that Prometheus does not select',
    'dev',
    'ServiceMonitor/knative-lambda-operator',
    set('metadata/labels', { environment: 'dev' }),
    /got label release none, allowed kube-prometheus-stack/,
  ],
  [
    'a monitor whose series have no environment',
    'dev',
    'PodMonitor/knative-lambda-builder',
    set('spec/podMetricsEndpoints/0/relabelings', []),
    /series of port http get no label environment/,
  ],
  [
    'a monitor of a port that the pods lack',
    'dev',
    'PodMonitor/knative-lambda-builder',
    set('spec/podMetricsEndpoints/0/port', 'metrics'),
    /got port metrics, allowed http/,
  ],
  [
    'a monitor that finds nothing',
    'dev',
    'ServiceMonitor/knative-lambda-operator',
    set('spec/selector/matchLabels', { app: 'operator' }),
    /its selector selects nothing of the output/,
  ],
  [
    'an alert receiver whose Secret nobody makes',
    'prd',
    'AlertmanagerConfig/knative-lambda',
    set('spec/receivers/1/pagerdutyConfigs/0/routingKey/name', 'pagerduty'),
    /refers to Secret knative-lambda-prd\/pagerduty, which nothing creates/,
  ],
  [
    'an alert receiver whose token nobody makes',
    'dev',
    'AlertmanagerConfig/knative-lambda-events',
    set('spec/receivers/0/webhookConfigs/0/httpConfig/authorization/credentials/name', 'token'),
    /refers to Secret knative-lambda-dev\/token, which nothing creates/,
  ],
  [
    'a removed API version',
    'prd',
    'PodDisruptionBudget/knative-lambda-operator',
    set('apiVersion', 'policy/v1beta1'),
    /gone since Kubernetes 1\.25, use policy\/v1/,
  ],
  [
    'a kind that nobody looked up',
    'dev',
    operator,
    set('apiVersion', 'example.com/v1'),
    /got example\.com\/v1 Deployment, which is not in/,
  ],
  [
    'an annotation that nothing reads',
    'dev',
    operator,
    set('metadata/annotations', { 'example.com/tuning': '1' }),
    /annotation example\.com\/tuning, which nothing is known to read/,
  ],
  [
    'a scaling annotation beside the template',
    'pro',
    'Service/lambda-command-receiver',
    set('metadata/annotations', { 'autoscaling.knative.dev/max-scale': '3' }),
    /read from Pod only; move it there/,
  ],
  [
    'a ConfigMap that nobody creates',
    'dev',
    'ConfigMap/knative-lambda-config',
    remove,
    /refers to ConfigMap knative-lambda-dev\/knative-lambda-config, which nothing creates/,
  ],
  [
    'a ServiceAccount that nobody creates',
    'dev',
    'ServiceAccount/knative-lambda-operator',
    remove,
    /refers to ServiceAccount knative-lambda-dev\/knative-lambda-operator/,
  ],
  [
    'a Secret that nobody creates',
    'studio',
    'ExternalSecret/ecr-pull',
    remove,
    /refers to Secret knative-lambda\/ecr-pull/,
  ],
  [
    'a pull Secret of a ServiceAccount that nobody creates',
    'studio',
    'ExternalSecret/ecr-pull',
    remove,
    /ServiceAccount knative-lambda-functions\/knative-lambda-function: refers to Secret knative-lambda-functions\/ecr-pull/,
  ],
  [
    'a Secret named by a variable',
    'dev',
    operator,
    set(`${container}/env`, [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'gone', key: 'token' } } }]),
    /refers to Secret knative-lambda-dev\/gone/,
  ],
  [
    'an event source whose events go nowhere',
    'dev',
    'ContainerSource/knative-lambda-uploads',
    set('spec/sink/ref/name', 'gone'),
    /ContainerSource knative-lambda-dev\/knative-lambda-uploads: refers to Service knative-lambda-dev\/gone/,
  ],
  [
    'the account of an event source',
    'studio',
    'ServiceAccount/knative-lambda-uploads',
    remove,
    /refers to ServiceAccount knative-lambda\/knative-lambda-uploads/,
  ],
  [
    'a Secret of a volume',
    'dev',
    operator,
    set('spec/template/spec/volumes', [{ name: 'tls', secret: { secretName: 'gone' } }]),
    /refers to Secret knative-lambda-dev\/gone/,
  ],
  [
    'a namespace that nobody creates',
    'dev',
    'ConfigMap/knative-lambda-config',
    set('metadata/namespace', 'nowhere'),
    /refers to Namespace nowhere/,
  ],
  [
    'a Role that nobody creates',
    'dev',
    'Role/knative-lambda-operator-leader-election',
    remove,
    /refers to Role knative-lambda-dev\/knative-lambda-operator-leader-election/,
  ],
  [
    'a ClusterRole that nobody creates',
    'dev',
    'RoleBinding/developers',
    set('roleRef/name', 'wizard'),
    /refers to ClusterRole wizard/,
  ],
  [
    'a Service behind an Ingress that nobody creates',
    'prd',
    'Service/knative-lambda-builder',
    remove,
    /refers to Service knative-lambda-prd\/knative-lambda-builder/,
  ],
  [
    'a port of an Ingress that its Service lacks',
    'prd',
    'Ingress/knative-lambda-builder',
    set('spec/rules/0/http/paths/0/backend/service/port', { name: 'grpc' }),
    /backend port grpc is no port of Service knative-lambda-builder/,
  ],
  [
    'a port that no container opens',
    'dev',
    'Service/knative-lambda-operator',
    set('spec/ports', [{ name: 'x', port: 80, targetPort: 'admin' }]),
    /port 80 goes to admin, which no container/,
  ],
  [
    'an autoscaler of a Deployment that nobody creates',
    'prd',
    'HorizontalPodAutoscaler/knative-lambda-builder',
    set('spec/scaleTargetRef/name', 'gone'),
    /refers to Deployment knative-lambda-prd\/gone/,
  ],
  [
    'a Service that selects nothing',
    'dev',
    'Service/knative-lambda-operator',
    set('spec/selector', { app: 'x' }),
    /its selector selects no pod/,
  ],
  [
    'a disruption budget that selects nothing',
    'prd',
    'PodDisruptionBudget/knative-lambda-operator',
    set('spec/selector', { matchLabels: { app: 'x' } }),
    /its selector selects no pod/,
  ],
  [
    'a policy that selects nothing',
    'dev',
    'NetworkPolicy/knative-lambda-operator',
    set('spec/podSelector', { matchLabels: { app: 'x' } }),
    /its selector selects no pod/,
  ],
  [
    'a SecretStore whose account nobody creates',
    'studio',
    'ServiceAccount/knative-lambda-secrets',
    remove,
    /SecretStore knative-lambda\/knative-lambda: refers to ServiceAccount/,
  ],
  [
    'a Secret of a function source',
    'pro',
    'LambdaFunction/hello-python',
    set('spec/source', { type: 'minio', minio: { bucket: 'code', key: 'x.py', secretRef: { name: 'gone' } } }),
    /refers to Secret knative-lambda\/gone/,
  ],
  [
    'a Broker whose configuration nobody creates',
    'dev',
    'RabbitmqBrokerConfig/lambda-broker-config',
    remove,
    /Broker knative-lambda-dev-functions\/lambda-broker: refers to RabbitmqBrokerConfig/,
  ],
  [
    'a Broker whose dead-letter sink nobody creates',
    'dev',
    'Broker/lambda-broker',
    set('spec/delivery/deadLetterSink/ref/name', 'lambda-broker-dlq-handler'),
    /Broker knative-lambda-dev\/lambda-broker: refers to Service knative-lambda-dev\/lambda-broker-dlq-handler/,
  ],
  [
    'a Broker that no dead-letter sink is named for',
    'dev',
    'Broker/lambda-broker',
    set('spec/delivery', { retry: 5 }),
    /Broker knative-lambda-dev\/lambda-broker: got no delivery\.deadLetterSink/,
  ],
  [
    'a broker account whose Secret nobody creates',
    'dev',
    'ExternalSecret/rabbitmq-credentials',
    remove,
    /RabbitmqBrokerConfig .*: refers to Secret knative-lambda-dev\/rabbitmq-credentials/,
  ],
  [
    'a permission of a user that nobody creates',
    'dev',
    'User/knative-lambda',
    remove,
    /Permission .*: refers to User knative-lambda-dev\/knative-lambda/,
  ],
  [
    'queues in a vhost that nobody creates',
    'dev',
    'Vhost/knative-lambda',
    remove,
    /Queue .*: refers to vhost of RabbitMQ \/knative-lambda-dev/,
  ],
  [
    'a policy whose dead-letter exchange nobody creates',
    'dev',
    'Exchange/lambda-dlq-dlq-exchange',
    remove,
    /Policy .*: refers to exchange of RabbitMQ \/knative-lambda-dev lambda-dlq-exchange/,
  ],
  [
    'a binding to a queue that nobody creates',
    'pro',
    'Queue/lambda-dlq-dlq-queue',
    remove,
    /Binding .*: refers to queue of RabbitMQ \/ lambda-dlq-queue/,
  ],
  [
    'a broker that is neither created nor promised',
    'studio',
    'RabbitmqCluster/rabbitmq-cluster-knative-lambda',
    remove,
    /User .*: refers to RabbitmqCluster knative-lambda\/rabbitmq-cluster-knative-lambda/,
  ],
  [
    'resources of a Broker on its configuration',
    'dev',
    'RabbitmqBrokerConfig/lambda-broker-config',
    set('metadata/annotations', { 'rabbitmq.eventing.knative.dev/cpu-limit': '1' }),
    /which is read from Broker or Trigger only/,
  ],
  [
    'parallelism on a Broker',
    'dev',
    'Broker/lambda-broker',
    set('metadata/annotations', { 'rabbitmq.eventing.knative.dev/parallelism': '50' }),
    /which is read from Trigger only/,
  ],
  [
    'a level that refuses the pods of a Broker',
    'dev',
    'Namespace/knative-lambda-dev',
    (manifest) => ({
      ...manifest,
      metadata: {
        ...manifest.metadata,
        labels: { ...manifest.metadata.labels, 'pod-security.kubernetes.io/enforce': 'restricted' },
      },
    }),
    /enforces restricted, which refuses the pods of Broker knative-lambda-dev\/lambda-broker; it needs baseline/,
  ],
  [
    'a wildcard in a Role',
    'dev',
    'Role/knative-lambda-operator',
    set('rules', [{ apiGroups: [''], resources: ['pods'], verbs: ['*'] }]),
    /got a wildcard in a rule/,
  ],
  [
    'a right to write roles',
    'dev',
    'Role/knative-lambda-operator',
    set('rules', [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['create'] }]),
    /lets its holder give itself more rights/,
  ],
  [
    'a right to bind any ClusterRole',
    'dev',
    'Role/knative-lambda-operator-references',
    set('rules', [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['bind'] }]),
    /lets its holder give itself more rights/,
  ],
  [
    'Secrets of every namespace',
    'pro',
    'ClusterRole/knative-lambda-operator',
    set('rules', [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }]),
    /gives rights on the Secrets of every namespace/,
  ],
  [
    'a privileged container',
    'dev',
    operator,
    set(`${container}/securityContext/privileged`, true),
    /container manager lacks no securityContext\.privileged/,
  ],
  [
    'a container that may run as root',
    'dev',
    operator,
    set(`${container}/securityContext/runAsNonRoot`, false),
    /lacks securityContext\.runAsNonRoot: true/,
  ],
  [
    'a writable root file system',
    'dev',
    receiver,
    set(`${container}/securityContext/readOnlyRootFilesystem`, undefined),
    /lacks securityContext\.readOnlyRootFilesystem/,
  ],
  [
    'a container that may escalate',
    'dev',
    receiver,
    set(`${container}/securityContext/allowPrivilegeEscalation`, undefined),
    /lacks securityContext\.allowPrivilegeEscalation: false/,
  ],
  [
    'an added capability',
    'dev',
    receiver,
    set(`${container}/securityContext/capabilities`, { drop: ['ALL'], add: ['NET_ADMIN'] }),
    /lacks no capability added/,
  ],
  [
    'capabilities that are kept',
    'dev',
    receiver,
    set(`${container}/securityContext/capabilities`, {}),
    /lacks all capabilities dropped/,
  ],
  [
    'a container without seccomp',
    'dev',
    receiver,
    set(`${container}/securityContext/seccompProfile`, undefined),
    /lacks seccompProfile/,
  ],
  [
    'a container without a memory limit',
    'dev',
    receiver,
    set(`${container}/resources/limits`, { cpu: '1' }),
    /lacks a memory limit/,
  ],
  [
    'an event source without limits',
    'prd',
    'ContainerSource/knative-lambda-uploads',
    set(`${container}/resources`, undefined),
    /container connector lacks a memory limit/,
  ],
  [
    'a container without a CPU request',
    'dev',
    receiver,
    set(`${container}/resources/requests`, { memory: '1Gi' }),
    /lacks a CPU request/,
  ],
  [
    'the default ServiceAccount',
    'dev',
    operator,
    set('spec/template/spec/serviceAccountName', 'default'),
    /got the default ServiceAccount/,
  ],
  [
    'a hostPath volume',
    'dev',
    operator,
    set('spec/template/spec/volumes', [{ name: 'x', hostPath: { path: '/' } }]),
    /got a hostPath volume/,
  ],
  ['the host network', 'dev', operator, set('spec/template/spec/hostNetwork', true), /got hostNetwork/],
  [
    'a mutable tag in staging',
    'staging',
    operator,
    set(`${container}/image`, 'example.com/operator:latest'),
    /got image example\.com\/operator:latest, allowed a digest or a version tag/,
  ],
  [
    'an image without tag in studio',
    'studio',
    operator,
    set(`${container}/image`, 'example.com:5000/operator'),
    /got image example\.com:5000\/operator, allowed/,
  ],
  [
    'the archived kaniko image, also in development',
    'dev',
    'ConfigMap/knative-lambda-config',
    set('data/BUILDER_IMAGE', 'gcr.io/kaniko-project/executor:v1.19.2'),
    /no longer served/,
  ],
  [
    'a namespace without quota',
    'dev',
    'ResourceQuota/knative-lambda-quota',
    remove,
    /Namespace knative-lambda-dev: got no ResourceQuota/,
  ],
  [
    'a quota that is too small',
    'prd',
    'ResourceQuota/knative-lambda-quota',
    set('spec/hard/pods', '5'),
    /pods allows 5, needed 21/,
  ],
  [
    'a quota without one figure',
    'prd',
    'ResourceQuota/knative-lambda-quota',
    set('spec/hard', { pods: '100' }),
    /services allows nothing stated/,
  ],
  [
    'a flow that is missing',
    'dev',
    'NetworkPolicy/knative-lambda-operator',
    set('spec/egress', []),
    /the operator to the API server \(TCP 443\) is closed, must be open/,
  ],
  [
    'an event source that does not reach its queue',
    'dev',
    'NetworkPolicy/knative-lambda-uploads',
    set('spec/egress', []),
    /the reader of uploads to its queue \(TCP 443\) is closed, must be open/,
  ],
  [
    'a flow that is too wide',
    'dev',
    'NetworkPolicy/knative-lambda-function',
    set('spec/egress', [{}]),
    /a function to the metadata address \(TCP 80\) is open, must be closed/,
  ],
];

describe('proof of an environment', () => {
  test.each(environments.map((environment) => [environment.name, environment] as const))(
    'passes %s',
    (_, environment) => {
      expect(proveEnvironment(synthesizeEnvironment(environment, inputs), shared)).toEqual([]);
    },
  );

  test.each(refusals)('fails on %s', (...[, environment, object, edit, fault]) => {
    expect(faultsAfter(environment, object, edit)).toEqual(expect.arrayContaining([expect.stringMatching(fault)]));
  });

  test('fails on a builder that the level of the function namespaces refuses', () => {
    const level = 'pod-security.kubernetes.io/enforce';
    const faults = faultsAfter('dev', 'Namespace/knative-lambda-dev-functions', (manifest) => ({
      ...manifest,
      metadata: { ...manifest.metadata, labels: { ...manifest.metadata.labels, [level]: 'restricted' } },
    }));
    expect(faults).toContainEqual(
      expect.stringMatching(/enforces restricted, which refuses the builder kaniko; it needs baseline/),
    );
  });

  test('fails on a mesh without its CNI plugin where the level refuses its init container', () => {
    const level = 'pod-security.kubernetes.io/enforce';
    const faults = faultsAfter('studio', 'Namespace/knative-lambda', (manifest) => ({
      ...manifest,
      metadata: { ...manifest.metadata, labels: { ...manifest.metadata.labels, [level]: 'baseline' } },
    }));
    expect(faults).toEqual([expect.stringMatching(/refuses the init container of the mesh/)]);
  });

  test('fails on a namespace that is open by default', () => {
    const synthesized = synthesizeEnvironment(findEnvironment(environments, 'dev'), inputs);
    const closing = new Set(['default-deny', 'every-pod']);
    const files = synthesized.files.map((file) => ({
      ...file,
      manifests: file.manifests.filter(({ metadata }) => !closing.has(metadata.name)),
    }));
    expect(proveEnvironment({ ...synthesized, files }, shared)).toContain(
      'dev: Namespace knative-lambda-dev: a pod without labels is reachable; add a default-deny policy',
    );
  });

  test('fails on a quota that cannot hold the autoscaler at its maximum', () => {
    const prd = findEnvironment(environments, 'prd');
    const autoscaling = { minReplicas: 3, maxReplicas: 12, cpuUtilization: 60 };
    const [wider] = parseEnvironments([{ ...prd, receiver: { ...prd.receiver, autoscaling } }]);
    const faults = wider === undefined ? [] : proveEnvironment(synthesizeEnvironment(wider, inputs), shared);
    expect(faults).toEqual(expect.arrayContaining([expect.stringMatching(/requests\.cpu allows 16, needed 17850m/)]));
  });
});
