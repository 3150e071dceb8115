import { annotations, labels, type LambdaFunctionSpec } from '../api/index.ts';
import type { KubernetesObject } from '../kube/object.ts';
import type { KnativeService } from './knative-service.ts';

/** A Secret or ConfigMap that a function or an agent names. */
export interface Reference {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  /** Field that names it, for messages. */
  readonly field: string;
  /** Whether it can do without it. */
  readonly optional: boolean;
  /** Whether its pods read it, so that a change of it must reach them. */
  readonly isRead: boolean;
}

/** A Secret that pods do not read themselves. */
export function secret(name: string | undefined, field: string): readonly Reference[] {
  return name === undefined ? [] : [{ kind: 'Secret', name, field, optional: false, isRead: false }];
}

type ValueFrom = NonNullable<NonNullable<LambdaFunctionSpec['env']>[number]['valueFrom']>;

/** What a variable is filled from. */
export function variableReferences(from: ValueFrom | undefined, field: string): readonly Reference[] {
  return [
    ...(from?.secretKeyRef === undefined ? [] : [read('Secret', from.secretKeyRef, field)]),
    ...(from?.configMapKeyRef === undefined ? [] : [read('ConfigMap', from.configMapKeyRef, field)]),
  ];
}

/** What pods read a key of. */
export function read(kind: Reference['kind'], { name, optional }: NamedKey, field: string): Reference {
  return { kind, name, field, optional: optional === true, isRead: true };
}

interface NamedKey {
  readonly name: string;
  readonly optional?: boolean | undefined;
}

/** What is known of the Secrets and ConfigMaps of a namespace: their metadata, or that it may not be read. */
export type ReferencedObjects =
  | { readonly kind: 'unwatched' }
  | { readonly kind: 'watched'; find(reference: Pick<Reference, 'kind' | 'name'>): KubernetesObject | undefined };

/**
 * What pods read, each with its version, as one text: another text is another revision. Where versions may not be read,
 * that of the live service stays.
 */
export function referenceVersions(
  references: readonly Reference[],
  objects: ReferencedObjects,
  live: KnativeService | undefined,
): string {
  if (objects.kind === 'unwatched') return live?.spec.template.metadata?.annotations?.[annotations.references] ?? '';
  const versions = references
    .filter(({ isRead }) => isRead)
    .map(({ kind, name }) => `${kind}/${name}=${versionOf(objects.find({ kind, name }))}`);
  return [...new Set(versions)].toSorted().join(',');
}

function versionOf(object: KubernetesObject | undefined): string {
  return object === undefined ? 'absent' : `${object.metadata.uid}.${object.metadata.resourceVersion}`;
}

/** Whether the owner of a Secret allows functions to name it. */
export function isUsable({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.[labels.usableBy] === 'functions';
}
