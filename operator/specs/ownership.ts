import { apiVersion, labels, type LambdaFunction } from '../api/index.ts';
import type { OwnerReference } from '../kube/object.ts';

/** Value of `app.kubernetes.io/managed-by`, and the field manager of every apply. */
export const manager = 'knative-lambda-operator';

type Owner = Pick<LambdaFunction, 'metadata'>;

/** Owner of an object that exists for this function alone. */
export function controllerReference({ metadata: { name, uid } }: Owner): OwnerReference {
  return { apiVersion, kind: 'LambdaFunction', name, uid, controller: true };
}

/** One of several owners: the object goes with the last of them. */
export function sharedReference({ metadata: { name, uid } }: Owner): OwnerReference {
  return { apiVersion, kind: 'LambdaFunction', name, uid };
}

export type Component = 'lambda' | 'trigger' | 'build' | 'broker' | 'broker-config' | 'lambda-runtime' | 'build-system';

/** Labels of an object of a function, or of one that functions share. */
export function objectLabels(owner: string, component: Component): Record<string, string> {
  return {
    [labels.appName]: owner,
    [labels.appComponent]: component,
    [labels.appManagedBy]: manager,
    [labels.owner]: owner,
  };
}
