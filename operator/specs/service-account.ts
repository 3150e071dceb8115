import { labels } from '../api/index.ts';
import type { Resource } from '../kube/resource.ts';
import { type AppliedObject, withAppliedHash } from './applied-object.ts';
import { manager } from './ownership.ts';

export interface ServiceAccountProps {
  readonly name: string;
  readonly namespace: string;
  /** Functions run as `function`, which they may name; builds as `builder`, which they may not. */
  readonly use: 'function' | 'builder';
  /** Secret that pods of this account pull images with. */
  readonly pullSecret: string | undefined;
  /** Cloud role of builds on EKS. */
  readonly roleArn: string | undefined;
}

interface AppliedServiceAccount extends AppliedObject {
  readonly automountServiceAccountToken: false;
  readonly imagePullSecrets?: readonly { readonly name: string }[];
}

export const serviceAccountResource: Resource = {
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
};

/** Account of the pods of a namespace, where the charts made none. It may do nothing, and its pods get no token. */
export function buildServiceAccount(props: ServiceAccountProps): AppliedServiceAccount {
  const { name, namespace, pullSecret, roleArn, use } = props;
  return withAppliedHash({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      name,
      namespace,
      labels: {
        [labels.appName]: name,
        [labels.appComponent]: use === 'function' ? 'lambda-runtime' : 'build-system',
        [labels.appManagedBy]: manager,
        ...(use === 'function' ? { [labels.usableBy]: 'functions' } : {}),
      },
      ...(roleArn === undefined ? {} : { annotations: { 'eks.amazonaws.com/role-arn': roleArn } }),
    },
    automountServiceAccountToken: false,
    ...(pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] }),
  });
}
