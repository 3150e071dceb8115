import type { Change } from '../diff/difference.ts';
import { fieldNames, showPath } from '../diff/path.ts';
import { fieldOf, type Fields, textOf } from '../diff/value.ts';
import { type Finding, finding, type Lens, say } from '../finding.ts';
import { type ObjectId, type Objects, ofKind } from '../object.ts';

/**
 * Fields that the API server, or the webhook of the kind, refuses to change, by apiGroup/kind. Those of Kubernetes are
 * held to the server by a test; those of others are what the code of their webhooks decided when it was run on a change
 * of each field: knative.dev/eventing 0.46.0 and github.com/rabbitmq/messaging-topology-operator 1.15.0.
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
  'eventing.knative.dev/Trigger': /^spec\.broker$/,
  'rabbitmq.com/Queue': /^spec\.(name|vhost|type|durable|autoDelete|arguments|rabbitmqClusterReference)\b/,
  'rabbitmq.com/Exchange': /^spec\.(name|vhost|type|durable|autoDelete|rabbitmqClusterReference)\b/,
  'rabbitmq.com/Binding': /^spec\b/,
  'rabbitmq.com/Vhost': /^spec\.(name|rabbitmqClusterReference)\b/,
  'rabbitmq.com/Policy': /^spec\.(name|vhost|rabbitmqClusterReference)\b/,
  'rabbitmq.com/Permission': /^spec\.(user|vhost|userReference|rabbitmqClusterReference)\b/,
};

/** A ConfigMap or Secret that says so itself keeps its payload. */
const sealedPayload = /^(data|binaryData|stringData|immutable)\b/;

/**
 * What the webhook of knative-extensions/eventing-rabbitmq keeps besides, under brokers of its class: by its sources
 * (pkg/apis/eventing/v1), since no Go module of it can be had.
 */
const underRabbitmq: Readonly<Record<string, RegExp>> = {
  'eventing.knative.dev/Broker': /^spec\b/,
  'eventing.knative.dev/Trigger': /^spec\.filter\b/,
};

/** The Broker that a Trigger names, or the Broker itself. */
function brokerOf(objects: Objects, { kind, namespace, name }: ObjectId, value: Fields): unknown {
  const broker = kind === 'Broker' ? name : textOf(value, 'spec', 'broker');
  return ofKind(objects, 'Broker', 'eventing.knative.dev').find(
    ({ id }) => id.namespace === namespace && id.name === broker,
  )?.value;
}

const isOfRabbitmq = (broker: unknown): boolean =>
  textOf(broker, 'metadata', 'annotations', 'eventing.knative.dev/broker.class') === 'RabbitMQBroker';

function patternFor(key: string, base: unknown): RegExp | undefined {
  if (key === '/ConfigMap' || key === '/Secret') {
    return fieldOf(base, 'immutable') === true ? sealedPayload : undefined;
  }
  return Object.hasOwn(immutable, key) ? immutable[key] : undefined;
}

/** The API server keeps the address of a Service that names none any more; one that never named any has one too. */
const isKept = ({ op, path }: Change): boolean => op === 'remove' && fieldNames(path) === 'spec.clusterIP';

/** Changes that the server refuses on an object that is there already. */
export const findImmutable: Lens = ({ base, changes }) =>
  changes.flatMap((change): readonly Finding[] => {
    if (change.kind !== 'changed' || change.id.engine !== 'cluster') return [];
    const key = `${change.id.apiGroup}/${change.id.kind}`;
    const more = Object.hasOwn(underRabbitmq, key) ? underRabbitmq[key] : undefined;
    const patterns = [
      patternFor(key, change.base),
      more !== undefined && isOfRabbitmq(brokerOf(base, change.id, change.base)) ? more : undefined,
    ];
    const paths = change.changes.filter(
      (one) => patterns.some((pattern) => pattern?.test(fieldNames(one.path))) && !isKept(one),
    );
    return paths.map(({ path }) =>
      finding('objects', change.id, say`changes ${showPath(path)}, which cannot change`, 'immutable-field'),
    );
  });
