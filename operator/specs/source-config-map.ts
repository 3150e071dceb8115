import type { OwnerReference } from '../kube/object.ts';
import { type AppliedObject, withAppliedHash } from './applied-object.ts';
import { objectLabels } from './ownership.ts';

export interface SourceConfigMapProps {
  /** That of the Job that reads it. */
  readonly name: string;
  readonly namespace: string;
  readonly functionName: string;
  readonly owners: readonly OwnerReference[];
  /** Texts by name. */
  readonly files: Readonly<Record<string, string>>;
}

export interface AppliedConfigMap extends AppliedObject {
  readonly immutable: true;
  readonly data: Readonly<Record<string, string>>;
}

/** Code of an inline source, where the build pod can read it: the pod has no token to read the function with. */
export function buildSourceConfigMap(props: SourceConfigMapProps): AppliedConfigMap {
  const { files, functionName, name, namespace, owners } = props;
  return withAppliedHash({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, ownerReferences: owners, labels: objectLabels(functionName, 'build') },
    immutable: true,
    data: files,
  });
}
