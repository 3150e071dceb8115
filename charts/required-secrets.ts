import { labels } from '../operator/api/index.ts';
import type { Environment } from '../stacks/index.ts';
import { alertSecretKeys } from './alert-routing.ts';
import { allNamespaces, names } from './workloads.ts';

/** A Secret that people, a secret manager or a generator fill; no secret value is in a manifest. */
export interface RequiredSecret {
  readonly name: string;
  readonly namespace: string;
  /** Keys that somebody fills. */
  readonly keys: readonly string[];
  /** Keys whose values are no secret. */
  readonly known?: Readonly<Record<string, string>>;
  /** Whether the values of `keys` are random: nobody has to know them. */
  readonly generated?: true;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly purpose: string;
  /** Whether functions may name it in their source. */
  readonly usableByFunctions: boolean;
}

/** Labels of the Secret itself, whoever makes it. */
export function secretLabels({ usableByFunctions }: Pick<RequiredSecret, 'usableByFunctions'>): Record<string, string> {
  return usableByFunctions ? { [labels.usableBy]: 'functions' } : {};
}

/** Secrets that an environment needs. */
export function requiredSecrets(environment: Environment): readonly RequiredSecret[] {
  const { codeStore, monitoring, namespaces, rollout } = environment;
  const minio =
    codeStore.kind === 'minio'
      ? allNamespaces(environment).map((namespace) => ({
          name: codeStore.credentialsSecret,
          namespace,
          keys: ['accesskey', 'secretkey'],
          purpose: 'read uploaded code from MinIO, and keep dead letters there',
          usableByFunctions: namespaces.functions.includes(namespace),
        }))
      : [];
  const alerts =
    monitoring.alerts === 'routed'
      ? [
          {
            name: names.alertReceivers,
            namespace: namespaces.control,
            keys: Object.values(alertSecretKeys),
            purpose: 'tell people of alerts through PagerDuty, Slack and GitHub',
            usableByFunctions: false,
          },
        ]
      : [];
  const canaries =
    rollout.canary === 'none'
      ? []
      : [
          {
            name: names.rolloutAlerts,
            namespace: namespaces.control,
            keys: ['address'],
            purpose: `post what canaries do to the channel ${rollout.alertChannel}`,
            usableByFunctions: false,
          },
        ];
  return [
    ...minio,
    brokerCredentials(environment),
    brokerPaths(environment),
    deadLetterLogin(environment),
    ...alerts,
    ...alertToken(environment),
    ...canaries,
  ];
}

/**
 * What Knative and the topology operator connect with. eventing-rabbitmq wants the key `uri` beside username and
 * password, which the Secret that the topology operator would generate lacks; it takes the host before the colon.
 */
function brokerCredentials({ namespaces, rabbitmq }: Environment): RequiredSecret {
  const others = namespaces.functions.filter((name) => name !== namespaces.control);
  return {
    name: names.brokerCredentials,
    namespace: namespaces.control,
    keys: ['password'],
    known: { username: rabbitmq.user, uri: `${rabbitmq.host}:15672` },
    generated: true,
    // Brokers in other namespaces declare their queues with it
    ...(others.length > 0 ? { annotations: { 'rabbitmq.com/topology-allowed-namespaces': others.join(',') } } : {}),
    purpose: `the user of the environment at the broker ${rabbitmq.host}`,
    usableByFunctions: false,
  };
}

/** Of the user that reads the dead-letter queue: the receiver is told no other. */
function deadLetterLogin({ namespaces, rabbitmq }: Environment): RequiredSecret {
  return {
    name: names.deadLetterLogin,
    namespace: namespaces.control,
    keys: ['password'],
    known: { username: `${rabbitmq.user}-dead-letters` },
    generated: true,
    purpose: `empty the queue ${rabbitmq.queues.deadLetters} into the store`,
    usableByFunctions: false,
  };
}

/** By which Alertmanager proves itself to the receiver, and to nobody else. */
function alertToken({ monitoring, namespaces }: Environment): readonly RequiredSecret[] {
  return monitoring.alerts === 'none'
    ? []
    : [
        {
          name: names.alertToken,
          namespace: namespaces.control,
          keys: ['token'],
          generated: true,
          purpose: 'let Alertmanager tell the receiver of alerts',
          usableByFunctions: false,
        },
      ];
}

/** What the paths are made of by which the receiver knows the Broker of a namespace. */
function brokerPaths({ namespaces }: Environment): RequiredSecret {
  return {
    name: names.brokerPaths,
    namespace: namespaces.control,
    keys: ['key'],
    generated: true,
    purpose: 'let Brokers send to the receiver on paths that nobody can guess',
    usableByFunctions: false,
  };
}

/** Secrets in flux-system that delivery needs; they are there before anything is delivered. */
export function deliverySecrets(delivery: Environment['delivery']): readonly RequiredSecret[] {
  const { credentialsSecret, webhookSecret, notifications, decryptionSecret, imageAutomation } = delivery;
  const login = ['username', 'password'];
  const wanted = [
    { name: credentialsSecret, keys: login, purpose: 'read the repository' },
    { name: webhookSecret, keys: ['token'], purpose: 'check that GitHub sent a push' },
    { name: notifications?.addressSecret, keys: ['address'], purpose: 'post to the chat' },
    { name: notifications?.commitStatusSecret, keys: ['token'], purpose: 'set commit statuses' },
    { name: decryptionSecret, keys: ['age.agekey'], purpose: 'decrypt what SOPS encrypted' },
    { name: imageAutomation?.credentialsSecret, keys: login, purpose: 'push image updates' },
  ];
  return wanted.flatMap(({ name, keys, purpose }) =>
    name === undefined ? [] : [{ name, namespace: names.fluxNamespace, keys, purpose, usableByFunctions: false }],
  );
}
