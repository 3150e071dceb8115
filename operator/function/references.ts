import { annotations, labels, type LambdaFunctionSpec } from '../api/index.ts';
import type { KubernetesObject } from '../kube/object.ts';
import type { KnativeService } from '../specs/knative-service.ts';
import { sourceSecret } from './fetch-plan.ts';

/** A Secret or ConfigMap that a function names. */
export interface Reference {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  /** Field that names it, for messages. */
  readonly field: string;
  /** Whether the function can do without it. */
  readonly optional: boolean;
  /** Whether pods of the function read it, so that a change of it must reach them. */
  readonly isRead: boolean;
}

/** All that a function names, in the order of the spec. */
export function referencesOf({ build, env = [], observability, source }: LambdaFunctionSpec): readonly Reference[] {
  return [
    ...secret(sourceSecret(source), `source.${source.type}.secretRef`),
    ...(source.type === 'image' ? [] : secret(build?.imagePullSecret, 'build.imagePullSecret')),
    ...pullSecretNames(source).flatMap((name) => secret(name, 'source.image.imagePullSecrets')),
    ...env.flatMap(({ name, valueFrom }) => variableReferences(valueFrom, `env ${name}`)),
    ...tokenReferences(observability?.logfire),
  ];
}

type Logfire = NonNullable<LambdaFunctionSpec['observability']>['logfire'];

function tokenReferences(logfire: Logfire): readonly Reference[] {
  return logfire?.enabled === true && logfire.tokenSecretRef !== undefined
    ? [read('Secret', logfire.tokenSecretRef, 'observability.logfire.tokenSecretRef')]
    : [];
}

function secret(name: string | undefined, field: string): readonly Reference[] {
  return name === undefined ? [] : [{ kind: 'Secret', name, field, optional: false, isRead: false }];
}

function pullSecretNames({ image, type }: LambdaFunctionSpec['source']): readonly string[] {
  const secrets = type === 'image' ? (image?.imagePullSecrets ?? []) : [];
  return secrets.map((one) => (typeof one === 'string' ? one : one.name));
}

type ValueFrom = NonNullable<NonNullable<LambdaFunctionSpec['env']>[number]['valueFrom']>;
type KeyReference = NonNullable<ValueFrom['secretKeyRef']>;

function variableReferences(from: ValueFrom | undefined, field: string): readonly Reference[] {
  return [
    ...(from?.secretKeyRef === undefined ? [] : [read('Secret', from.secretKeyRef, field)]),
    ...(from?.configMapKeyRef === undefined ? [] : [read('ConfigMap', from.configMapKeyRef, field)]),
  ];
}

function read(kind: Reference['kind'], { name, optional }: KeyReference, field: string): Reference {
  return { kind, name, field, optional: optional === true, isRead: true };
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
