/** A change of a stored object, and whether the API server refuses it. */
interface Decided {
  readonly title: string;
  readonly object: Readonly<Record<string, unknown>>;
  readonly patch: Readonly<Record<string, unknown>>;
  readonly refused: boolean;
}

const named = (name: string) => ({ name: `preview-${name}`, namespace: 'default' });
const pod = { containers: [{ name: 'c', image: 'example.com/c:v1.0.0' }] };
const template = { metadata: { labels: { app: 'a', tier: 'b' } }, spec: pod };
const workload = { replicas: 1, selector: { matchLabels: { app: 'a' } }, template };

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: named('deployment'), spec: workload };
const statefulSet = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: named('stateful-set'),
  spec: { ...workload, serviceName: 'a' },
};
const job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: named('job'),
  spec: { template: { spec: { ...pod, restartPolicy: 'Never' } } },
};
const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: named('claim'),
  spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'a', resources: { requests: { storage: '2Gi' } } },
};
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: named('service'),
  spec: { selector: { app: 'a' }, ports: [{ port: 80 }] },
};
const binding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: named('binding'),
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'a' },
  subjects: [{ kind: 'ServiceAccount', name: 'a', namespace: 'default' }],
};
const sealedConfig = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: named('sealed'),
  immutable: true,
  data: { a: 'b' },
};
const priority = {
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name: 'preview-priority' },
  value: 1,
};

/** Changes of built-in kinds whose fate the server alone knows. */
export const serverDecided: readonly Decided[] = [
  {
    title: 'the selector of a Deployment',
    object: deployment,
    patch: { spec: { selector: { matchLabels: { tier: 'b' } } } },
    refused: true,
  },
  { title: 'the replicas of a Deployment', object: deployment, patch: { spec: { replicas: 2 } }, refused: false },
  {
    title: 'the Service of a StatefulSet',
    object: statefulSet,
    patch: { spec: { serviceName: 'b' } },
    refused: true,
  },
  {
    title: 'the pod management of a StatefulSet',
    object: statefulSet,
    patch: { spec: { podManagementPolicy: 'Parallel' } },
    refused: true,
  },
  { title: 'the replicas of a StatefulSet', object: statefulSet, patch: { spec: { replicas: 3 } }, refused: false },
  {
    title: 'the template of a Job',
    object: job,
    patch: { spec: { template: { spec: { containers: [{ name: 'c', image: 'example.com/c:v2.0.0' }] } } } },
    refused: true,
  },
  { title: 'the deadline of a Job', object: job, patch: { spec: { activeDeadlineSeconds: 60 } }, refused: false },
  { title: 'the class of a claim', object: claim, patch: { spec: { storageClassName: 'b' } }, refused: true },
  {
    title: 'the size of a claim, downwards',
    object: claim,
    patch: { spec: { resources: { requests: { storage: '1Gi' } } } },
    refused: true,
  },
  { title: 'the address of a Service', object: service, patch: { spec: { clusterIP: 'None' } }, refused: true },
  { title: 'the ports of a Service', object: service, patch: { spec: { ports: [{ port: 81 }] } }, refused: false },
  { title: 'the role of a binding', object: binding, patch: { roleRef: { name: 'b' } }, refused: true },
  { title: 'the subjects of a binding', object: binding, patch: { subjects: [] }, refused: false },
  { title: 'an immutable ConfigMap', object: sealedConfig, patch: { data: { a: 'c' } }, refused: true },
  {
    title: 'labels of an immutable ConfigMap',
    object: sealedConfig,
    patch: { metadata: { labels: { a: 'b' } } },
    refused: false,
  },
  { title: 'the value of a PriorityClass', object: priority, patch: { value: 2 }, refused: true },
  { title: 'the description of a PriorityClass', object: priority, patch: { description: 'a' }, refused: false },
];
