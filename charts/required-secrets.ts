import { labels } from '../operator/api/index.ts';
import type { Environment } from '../stacks/index.ts';
import { alertSecretKeys } from './alert-routing.ts';
import { names } from './workloads.ts';

/** A Secret that people or a secret manager fill; its values are in no manifest. */
export interface RequiredSecret {
  readonly name: string;
  readonly namespace: string;
  readonly keys: readonly string[];
  readonly purpose: string;
  /** Whether functions may name it in their source. */
  readonly usableByFunctions: boolean;
}

/** Labels of the Secret itself, whoever makes it. */
export function secretLabels({ usableByFunctions }: Pick<RequiredSecret, 'usableByFunctions'>): Record<string, string> {
  return usableByFunctions ? { [labels.usableBy]: 'functions' } : {};
}

/** Secrets that an environment needs and cannot generate. */
export function requiredSecrets({
  codeStore,
  monitoring,
  namespaces,
  rabbitmq,
}: Environment): readonly RequiredSecret[] {
  const minio =
    codeStore.kind === 'minio'
      ? namespaces.functions.map((namespace) => ({
          name: codeStore.credentialsSecret,
          namespace,
          keys: ['accesskey', 'secretkey'],
          purpose: 'read uploaded code from MinIO',
          usableByFunctions: true,
        }))
      : [];
  const broker = rabbitmq.owned
    ? []
    : [
        {
          name: 'rabbitmq-credentials',
          namespace: namespaces.control,
          keys: ['username', 'password'],
          purpose: `log in to the shared broker ${rabbitmq.host}`,
          usableByFunctions: false,
        },
      ];
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
  return [...minio, ...broker, ...alerts];
}
