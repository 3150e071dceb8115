import { labels } from '../../operator/api/index.ts';
import type { Environment } from '../../stacks/index.ts';
import type { givenByPerson } from '../runbook.ts';
import { functionWith, agentWith } from './manifests/manifest.ts';

/** Names that a person would have read off an alert or the output of a command before. */
export const givenNames = {
  AGENT: 'agent-bruno',
  CERTIFICATE: 'api',
  FUNCTION: 'thumbnail',
  JOB: 'thumbnail-0123456789ab',
  KEY: 'global/parser/thumbnail.py',
  POD: 'one-pod',
  QUEUE: 'build-events',
  REQUEST: 'api-1',
  REVISION: 'thumbnail-00001',
  SECRET: 'api-tls',
} as const satisfies Readonly<Record<(typeof givenByPerson)[number], string>>;

const namespacesOfOthers = [
  'cert-manager',
  'flagger-system',
  'flux-system',
  'knative-eventing',
  'knative-serving',
  'kourier-system',
  'ollama',
];

/** Namespaces of the systems that an environment stands on, which whoever installs them makes. */
export function namespacesOfPlatform({ rabbitmq, monitoring }: Environment): readonly object[] {
  const all = new Set([...namespacesOfOthers, rabbitmq.namespace, monitoring.namespace]);
  return [...all].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
}

interface Place {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

function podSpec(...containers: readonly string[]): object {
  return {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
    containers: containers.map((name) => ({
      name,
      image: 'example.com/image:1',
      resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '10m', memory: '16Mi' } },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    })),
  };
}

function workload(kind: 'Deployment' | 'StatefulSet', place: Place, ...containers: readonly string[]): object {
  const { namespace, name, labels: podLabels } = place;
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace, labels: podLabels },
    spec: {
      replicas: 1,
      ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
      selector: { matchLabels: podLabels },
      template: { metadata: { labels: podLabels }, spec: podSpec(...containers) },
    },
  };
}

const deployment = (namespace: string, name: string, podLabels: Place['labels'], ...containers: string[]): object =>
  workload('Deployment', { namespace, name, labels: podLabels }, ...containers);

/** Objects that operators make in an environment, as far as commands of runbooks address them; charts make the others. */
export function operatedObjects(environment: Environment): readonly object[] {
  const { namespaces } = environment;
  const [functions = namespaces.control] = namespaces.functions;
  const serving = [
    ...knativeService(functions, givenNames.FUNCTION),
    // what counts its calls runs beside an agent that has a budget
    ...knativeService(functions, givenNames.AGENT, 'meter'),
    // Knative copies the labels of the template of its Service to the pods
    ...(environment.receiver.form === 'knative-service'
      ? [
          deployment(
            namespaces.control,
            'lambda-command-receiver-00001-deployment',
            {
              'serving.knative.dev/service': 'lambda-command-receiver',
              [labels.appComponent]: 'lambda-receiver',
            },
            'builder',
            'queue-proxy',
          ),
        ]
      : []),
  ];
  return [
    { ...functionWith({}), metadata: { name: givenNames.FUNCTION, namespace: functions } },
    { ...agentWith({}), metadata: { name: givenNames.AGENT, namespace: functions } },
    ...serving,
    buildJob(functions),
    ...[...new Set([namespaces.control, functions])].flatMap(eventing),
    ...[...new Set([namespaces.control, functions, environment.rabbitmq.namespace, 'flux-system'])].map(onePod),
    ...broker(environment),
    ...platform(environment),
  ];
}

function knativeService(namespace: string, name: string, ...beside: readonly string[]): readonly object[] {
  const service = { 'serving.knative.dev/service': name };
  const revision = { ...service, 'serving.knative.dev/revision': `${name}-00001` };
  const spec = { containers: [{ image: 'example.com/image:1' }] };
  const scale = { apiVersion: 'apps/v1', kind: 'Deployment', name: `${name}-00001-deployment` };
  const named = { name: `${name}-00001`, namespace, labels: revision };
  return [
    {
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Service',
      metadata: { name, namespace, labels: service },
      spec: { template: { spec } },
    },
    { apiVersion: 'serving.knative.dev/v1', kind: 'Revision', metadata: named, spec },
    {
      apiVersion: 'autoscaling.internal.knative.dev/v1alpha1',
      kind: 'PodAutoscaler',
      metadata: named,
      spec: { protocolType: 'http1', scaleTargetRef: scale },
    },
    deployment(namespace, scale.name, revision, 'user-container', ...beside, 'queue-proxy'),
  ];
}

const onePod = (namespace: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: givenNames.POD, namespace },
  spec: podSpec('main'),
});

function buildJob(namespace: string): object {
  const own = { [labels.build]: 'true', [labels.owner]: givenNames.FUNCTION };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: givenNames.JOB, namespace, labels: own },
    spec: { template: { metadata: { labels: own }, spec: { ...podSpec('kaniko'), restartPolicy: 'Never' } } },
  };
}

const role = (brokerRole: string) => ({
  'eventing.knative.dev/broker': 'lambda-broker',
  'eventing.knative.dev/brokerRole': brokerRole,
});

function eventing(namespace: string): readonly object[] {
  return [
    {
      apiVersion: 'eventing.knative.dev/v1',
      kind: 'Broker',
      metadata: { name: 'lambda-broker', namespace },
      spec: {},
    },
    deployment(namespace, 'lambda-broker-broker-ingress', role('ingress'), 'ingress'),
    deployment(namespace, 'thumbnail-dispatcher', role('dispatcher'), 'dispatcher'),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'lambda-broker-broker-ingress', namespace },
      spec: { selector: role('ingress'), ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: 'eventing.knative.dev/v1',
      kind: 'Trigger',
      metadata: { name: 'thumbnail-trigger', namespace },
      spec: { broker: 'lambda-broker', subscriber: { uri: 'http://thumbnail.example' } },
    },
  ];
}

function broker({ rabbitmq }: Environment): readonly object[] {
  const { cluster, namespace } = rabbitmq;
  const own = { [labels.appName]: cluster };
  return [
    workload('StatefulSet', { namespace, name: `${cluster}-server`, labels: own }, 'rabbitmq'),
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: `persistence-${cluster}-server-0`, namespace, labels: own },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
  ];
}

function platform({ monitoring, namespaces }: Environment): readonly object[] {
  const named = (namespace: string, name: string): object =>
    deployment(namespace, name, { [labels.appName]: name }, name);
  const control = namespaces.control;
  return [
    named('cert-manager', 'cert-manager'),
    named(monitoring.namespace, 'kube-state-metrics'),
    ...['flagger', 'flagger-loadtester'].map((name) => named('flagger-system', name)),
    ...['activator', 'autoscaler'].map((app) => deployment('knative-serving', app, { app }, app)),
    deployment('knative-eventing', 'eventing-controller', { app: 'eventing-controller' }, 'eventing-controller'),
    deployment('kourier-system', '3scale-kourier-gateway', { app: '3scale-kourier-gateway' }, 'kourier-gateway'),
    deployment('kube-system', 'coredns', { 'k8s-app': 'kube-dns' }, 'coredns'),
    deployment('ollama', 'ollama', { app: 'ollama' }, 'ollama'),
    ...['source', 'kustomize', 'notification'].map((kind) =>
      deployment('flux-system', `${kind}-controller`, { app: `${kind}-controller` }, 'manager'),
    ),
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'node', labels: { 'kubernetes.io/os': 'linux' } },
      spec: { unschedulable: true },
    },
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'gp3' },
      provisioner: 'ebs.csi.aws.com',
    },
    ...certificate(control),
  ];
}

function certificate(namespace: string): readonly object[] {
  const issuerRef = { name: 'issuer', kind: 'ClusterIssuer' };
  return [
    {
      apiVersion: 'cert-manager.io/v1',
      kind: 'ClusterIssuer',
      metadata: { name: issuerRef.name },
      spec: { selfSigned: {} },
    },
    {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: { name: givenNames.CERTIFICATE, namespace },
      spec: { secretName: givenNames.SECRET, dnsNames: ['api.example'], issuerRef },
    },
    {
      apiVersion: 'cert-manager.io/v1',
      kind: 'CertificateRequest',
      metadata: { name: givenNames.REQUEST, namespace },
      spec: { request: 'LS0t', issuerRef },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/tls',
      metadata: { name: givenNames.SECRET, namespace },
      data: { 'tls.crt': '', 'tls.key': '' },
    },
  ];
}
