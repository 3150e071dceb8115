import { k8s } from 'cdk8s-plus-28';
import { receiverAudience, uploadEventType } from '../operator/api/index.ts';
import type { Environment } from '../stacks/index.ts';
import {
  cloudIdentity,
  hardenedContainer,
  hardenedPod,
  meshAnnotations,
  roleArn,
  temporaryMount,
  temporaryVolume,
} from './constructs/hardened-pod.ts';
import { queueConnectorImage } from './constructs/image.ts';
import { componentLabels } from './constructs/labels.ts';
import { resourceRequirements } from './constructs/resources.ts';
import { type Flow, inNamespaces, internet, type Peer, pods, tcp } from './flow.ts';
import { ContainerSource } from './imports/container-source.ts';
import type { Part } from './part.ts';
import { knativeNamespaces, receiverPort } from './receiver-flows.ts';
import { names, receiverPods, receiverReference, uploadPods } from './workloads.ts';

/** Queue of the notifications of uploads. */
export function uploadQueueName({ name }: Pick<Environment, 'name'>): string {
  return `knative-lambda-code-${name}`;
}

/**
 * What tells the receiver of uploads. With S3 a connector, which reads the queue and posts each message as an event; a
 * message is deleted once the receiver has answered 2xx, and after five failures the queue sets it aside. A MinIO tells
 * the receiver itself, with a token of the account.
 */
export const uploadsPart: Part = {
  name: 'uploads',
  flows: uploadFlows,
  build(chart, { environment, releases }) {
    const { cloud, codeStore, namespaces } = environment;
    const metadata = {
      name: names.uploads,
      namespace: namespaces.control,
      labels: componentLabels(names.uploads, 'event-source'),
    };
    const queue = codeStore.kind === 's3' ? cloud : undefined;
    new k8s.KubeServiceAccount(chart, 'account', {
      metadata: {
        ...metadata,
        ...(queue === undefined
          ? {}
          : { annotations: { 'eks.amazonaws.com/role-arn': roleArn(queue.account, queue.roles.uploads) } }),
      },
      automountServiceAccountToken: false,
    });
    if (queue === undefined) {
      return;
    }
    // an IntegrationSource would give the pod no limits, which the quota refuses, and wants an access key
    new ContainerSource(chart, 'source', {
      metadata,
      spec: {
        sink: { ref: receiverReference(environment) },
        template: connectorPod(environment, queueConnectorImage(releases), {
          QUEUE_NAME_OR_ARN: `arn:aws:sqs:${queue.region}:${queue.account}:${uploadQueueName(environment)}`,
          REGION: queue.region,
          USE_DEFAULT_CREDENTIALS_PROVIDER: 'true',
          DELETEAFTERREAD: 'true',
          MAXMESSAGESPERPOLL: '10',
          WAITTIMESECONDS: '20',
        }),
      },
    });
  },
};

const resources = { requests: { cpu: '25m', memory: '96Mi' }, limits: { cpu: '250m', memory: '256Mi' } } as const;

function connectorPod(
  environment: Environment,
  image: string,
  settings: Readonly<Record<string, string>>,
): k8s.PodTemplateSpec {
  const identity = cloudIdentity(environment, 'uploads');
  return {
    metadata: {
      labels: { ...componentLabels(names.uploads, 'event-source'), environment: environment.name },
      annotations: meshAnnotations(environment),
    },
    spec: {
      serviceAccountName: names.uploads,
      automountServiceAccountToken: false,
      securityContext: hardenedPod,
      containers: [
        {
          name: 'connector',
          image,
          imagePullPolicy: 'IfNotPresent',
          resources: resourceRequirements(resources),
          securityContext: hardenedContainer,
          env: [...toVariables(settings), ...eventAttributes(environment), ...tokenVariables, ...identity.env],
          volumeMounts: [temporaryMount, tokenMount, ...identity.mounts],
        },
      ],
      volumes: [temporaryVolume, tokenVolume, ...identity.volumes],
    },
  };
}

/** Names as knative.dev/eventing v0.47.0 writes them, pkg/reconciler/integration. */
function toVariables(settings: Readonly<Record<string, string>>): k8s.EnvVar[] {
  return Object.entries(settings).map(([name, value]) => ({ name: `CAMEL_KAMELET_AWS_SQS_SOURCE_${name}`, value }));
}

/** Proves to the receiver who sends; the API server itself does not take a token of this audience. */
const tokenVolume: k8s.Volume = {
  name: 'receiver-token',
  projected: {
    sources: [{ serviceAccountToken: { audience: receiverAudience, expirationSeconds: 3600, path: 'token' } }],
  },
};
const tokenMount: k8s.VolumeMount = { name: tokenVolume.name, mountPath: '/oidc', readOnly: true };

/** Names as org.apache.camel.component.knative.http.KnativeOidcClientOptions reads them; the kubelet renews the file. */
const tokenVariables: k8s.EnvVar[] = [
  { name: 'CAMEL_KNATIVE_CLIENT_OIDC_ENABLED', value: 'true' },
  { name: 'CAMEL_KNATIVE_CLIENT_OIDC_TOKEN_PATH', value: 'file:///oidc/token' },
  { name: 'CAMEL_KNATIVE_CLIENT_OIDC_CACHE_TOKENS', value: 'false' },
];

/** Without them the type depends on the connector's release. */
function eventAttributes({ name }: Environment): k8s.EnvVar[] {
  return [
    { name: 'KN_CONNECTOR_CE_OVERRIDE_TYPE', value: uploadEventType },
    { name: 'KN_CONNECTOR_CE_OVERRIDE_SOURCE', value: `io.knative.lambda/uploads/${name}` },
    { name: 'KN_CONNECTOR_CE_OVERRIDE_SUBJECT', value: uploadQueueName({ name }) },
  ];
}

function uploadFlows(environment: Environment): readonly Flow[] {
  const workload = uploadPods(environment);
  if (workload === undefined) {
    return storeFlows(environment);
  }
  const from = pods(workload);
  return [
    { why: 'the queue of uploads', from, to: internet, ports: tcp(443) },
    { why: 'uploads are told to the receiver', from, ...receiverEntry(environment) },
  ];
}

/** Behind a gateway it is the gateway that must reach the receiver. */
function storeFlows(environment: Environment): readonly Flow[] {
  const { codeStore, receiver } = environment;
  if (codeStore.kind !== 'minio' || receiver.form !== 'deployment') {
    return [];
  }
  const from = inNamespaces(codeStore.namespace);
  return [{ why: 'uploads are told to the receiver', from, ...receiverEntry(environment) }];
}

/** A receiver behind a Service of its own is reached past the gateway. */
function receiverEntry(environment: Environment): Pick<Flow, 'to' | 'ports'> {
  const gateway: Peer = inNamespaces(...knativeNamespaces);
  return environment.receiver.form === 'deployment'
    ? { to: pods(receiverPods(environment)), ports: tcp(receiverPort) }
    : { to: gateway, ports: tcp(8012, 8080, 8081) };
}
