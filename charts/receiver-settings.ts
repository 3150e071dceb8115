import type { k8s } from 'cdk8s-plus-28';
import type { Environment } from '../stacks/index.ts';
import { names, receiverReference } from './workloads.ts';

/** What the receiver has beside the configuration that it shares with the controller. */
export interface ReceiverSettings {
  readonly env: k8s.EnvVar[];
  readonly volumes: k8s.Volume[];
  readonly mounts: k8s.VolumeMount[];
}

const folder = '/var/run/secrets/knative-lambda';

/** Secrets that are files, which it reads again when they change; it starts without those that are not there yet. */
export function receiverSettings(environment: Environment): ReceiverSettings {
  const { codeStore, features, monitoring, rabbitmq } = environment;
  const files = [
    { variable: 'BROKER_KEYS_FOLDER', name: 'broker-keys', secretName: names.brokerPaths },
    { variable: 'SIGNING_KEYS_FOLDER', name: 'signing-keys', secretName: names.signingKeys },
    { variable: 'DEAD_LETTER_LOGIN_FOLDER', name: 'dead-letter-login', secretName: names.deadLetterLogin },
    ...(monitoring.alerts === 'none'
      ? []
      : [{ variable: 'ALERT_TOKENS_FOLDER', name: 'alert-tokens', secretName: names.alertToken }]),
    ...(codeStore.kind === 'minio'
      ? [{ variable: 'DEAD_LETTER_KEYS_FOLDER', name: 'dead-letter-keys', secretName: codeStore.credentialsSecret }]
      : []),
  ];
  return {
    env: [
      { name: 'RECEIVER_REFERENCE', value: JSON.stringify(receiverReference(environment)) },
      ...files.map(({ name, variable }) => ({ name: variable, value: `${folder}/${name}` })),
      { name: 'DEAD_LETTER_QUEUE', value: rabbitmq.queues.deadLetters },
      ...deadLetterStore(environment),
      ...(features.auditEvents ? [{ name: 'AUDIT_EVENTS', value: 'true' }] : []),
      ...meshDomain(environment),
      ...interfaceSettings(environment),
    ],
    volumes: files.map(({ name, secretName }) => ({ name, secret: { secretName, optional: true } })),
    mounts: files.map(({ name }) => ({ name, mountPath: `${folder}/${name}`, readOnly: true })),
  };
}

/** Beside the code, under a prefix of their own; in S3 the role of the receiver opens no other. */
function deadLetterStore({ cloud, codeStore, features }: Environment): k8s.EnvVar[] {
  const { deadLetterRetentionDays: days } = features;
  const endpoint =
    codeStore.kind === 'minio' ? `http://${codeStore.endpoint}` : `https://s3.${cloud?.region ?? ''}.amazonaws.com`;
  return [
    { name: 'DEAD_LETTER_ENDPOINT', value: endpoint },
    { name: 'DEAD_LETTER_BUCKET', value: codeStore.bucket },
    ...(days === 'forever' ? [] : [{ name: 'DEAD_LETTER_RETENTION_DAYS', value: String(days) }]),
  ];
}

/** A Knative Service gives up after 60 s (charts/receiver.ts); a Deployment waits as long as its targets may take. */
const knativeCallSeconds = 55;

function interfaceSettings(environment: Environment): k8s.EnvVar[] {
  const { features, knative, receiver } = environment;
  if (features.interfaces.length === 0) return [];
  const seconds = receiver.form === 'deployment' ? knative.maxCallSeconds : knativeCallSeconds;
  return [
    { name: 'INTERFACES', value: features.interfaces.join(',') },
    { name: 'INTERFACE_URL', value: receiverUrl(environment) },
    { name: 'CALL_SECONDS', value: String(seconds) },
  ];
}

/** As callers reach it: from outside where it has an entry there. */
function receiverUrl(environment: Environment): string {
  const { receiver } = environment;
  if (receiver.form === 'deployment' && receiver.ingress !== undefined) return `https://${receiver.ingress.host}`;
  const { name, namespace } = receiverReference(environment);
  return `http://${name}.${namespace}.svc.cluster.local`;
}

/** Behind the gateway of Knative the mesh names the gateway, not who sends. */
function meshDomain({ mesh, receiver }: Environment): k8s.EnvVar[] {
  return mesh.injected && receiver.form === 'deployment' ? [{ name: 'MESH_DOMAIN', value: 'cluster.local' }] : [];
}
