import type { Environment } from '../stacks/index.ts';

/** A Secret that people or a secret manager fill; its values are in no manifest. */
export interface RequiredSecret {
  readonly name: string;
  readonly namespace: string;
  readonly keys: readonly string[];
  readonly purpose: string;
}

/** Secrets that an environment needs and cannot generate. */
export function requiredSecrets({ codeStore, namespaces, rabbitmq }: Environment): readonly RequiredSecret[] {
  const minio =
    codeStore.kind === 'minio'
      ? namespaces.functions.map((namespace) => ({
          name: codeStore.credentialsSecret,
          namespace,
          keys: ['accesskey', 'secretkey'],
          purpose: 'read uploaded code from MinIO',
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
        },
      ];
  return [...minio, ...broker];
}
