import type { Change } from '../diff/difference.ts';
import { fieldNames, showPath } from '../diff/path.ts';
import { fieldOf } from '../diff/value.ts';
import { type Finding, finding, type Lens, say } from '../finding.ts';

/**
 * Fields that the API server, or the webhook of the kind, refuses to change, by apiGroup/kind. Sources: validation of
 * Kubernetes 1.33, of Knative Eventing 1.19 and of the RabbitMQ topology operator 1.17.
 */
const immutable: Readonly<Record<string, RegExp>> = {
  'apps/Deployment': /^spec\.selector\b/,
  'apps/DaemonSet': /^spec\.selector\b/,
  'apps/StatefulSet':
    /^spec\.(?!(replicas|template|updateStrategy|minReadySeconds|ordinals|revisionHistoryLimit|persistentVolumeClaimRetentionPolicy)\b)/,
  'batch/Job': /^spec\.(template|selector|completionMode|completions)\b/,
  '/PersistentVolumeClaim': /^spec\.(?!resources\b|volumeAttributesClassName\b|volumeName\b)/,
  '/Service': /^spec\.clusterIP\b/,
  'rbac.authorization.k8s.io/RoleBinding': /^roleRef\b/,
  'rbac.authorization.k8s.io/ClusterRoleBinding': /^roleRef\b/,
  'scheduling.k8s.io/PriorityClass': /^(value|preemptionPolicy)$/,
  'storage.k8s.io/StorageClass': /^(provisioner|parameters|reclaimPolicy|volumeBindingMode)\b/,
  'apiextensions.k8s.io/CustomResourceDefinition': /^spec\.(group|scope|names\.plural|names\.kind)$/,
  'eventing.knative.dev/Broker': /^(spec\.config|metadata\.annotations\.eventing\.knative\.dev\/broker\.class)\b/,
  'eventing.knative.dev/Trigger': /^spec\.(broker|filter)\b/,
  'rabbitmq.com/Queue': /^spec\.(name|vhost|type|durable|autoDelete|arguments|rabbitmqClusterReference)\b/,
  'rabbitmq.com/Exchange': /^spec\.(name|vhost|type|durable|autoDelete|arguments|rabbitmqClusterReference)\b/,
  'rabbitmq.com/Binding': /^spec\b/,
  'rabbitmq.com/Vhost': /^spec\.(name|rabbitmqClusterReference)\b/,
  'rabbitmq.com/Policy': /^spec\.(name|vhost|rabbitmqClusterReference)\b/,
  'rabbitmq.com/Permission': /^spec\.(user|vhost|userReference|rabbitmqClusterReference)\b/,
};

/** A ConfigMap or Secret that says so itself keeps its payload. */
const sealedPayload = /^(data|binaryData|stringData|immutable)\b/;

function patternFor(key: string, base: unknown): RegExp | undefined {
  if (key === '/ConfigMap' || key === '/Secret') {
    return fieldOf(base, 'immutable') === true ? sealedPayload : undefined;
  }
  return Object.hasOwn(immutable, key) ? immutable[key] : undefined;
}

/** The API server keeps the address of a Service that names none any more; one that never named any has one too. */
const isKept = ({ op, path }: Change): boolean => op === 'remove' && fieldNames(path) === 'spec.clusterIP';

/** Changes that the server refuses on an object that is there already. */
export const findImmutable: Lens = ({ changes }) =>
  changes.flatMap((change): readonly Finding[] => {
    if (change.kind !== 'changed' || change.id.engine !== 'cluster') return [];
    const pattern = patternFor(`${change.id.apiGroup}/${change.id.kind}`, change.base);
    if (pattern === undefined) return [];
    const paths = change.changes.filter((one) => pattern.test(fieldNames(one.path)) && !isKept(one));
    return paths.map(({ path }) =>
      finding('objects', change.id, say`changes ${showPath(path)}, which cannot change`, 'immutable-field'),
    );
  });
