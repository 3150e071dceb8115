import { createHash } from 'node:crypto';
import { annotations } from '../api/index.ts';
import type { OwnerReference } from '../kube/object.ts';

export interface AppliedMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
}

/** An object as it is applied: without what the API server adds. */
export interface AppliedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: AppliedMetadata;
}

/** JSON with sorted keys, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(withSortedKeys(value));
}

/** A copy: to sort while JSON.stringify walks takes more than twice as long. */
function withSortedKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withSortedKeys);
  // without a prototype, a key named __proto__ is one like any other
  const sorted: Record<string, unknown> = { __proto__: null };
  for (const key of Object.keys(value).toSorted()) sorted[key] = withSortedKeys(Reflect.get(value, key));
  return sorted;
}

/** SHA-256 in hexadecimal, cut to a length. */
export function hashOf(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}

/** The object with a hash of itself as annotation: two that ask for the same carry the same. */
export function withAppliedHash<T extends AppliedObject>(object: T): T {
  const hash = hashOf(canonicalJson(object), 32);
  const { metadata } = object;
  return {
    ...object,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [annotations.appliedHash]: hash } },
  };
}

interface Annotated {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}

/** Whether what is live was last applied with the same content, so that another apply would change nothing. */
export function isApplied(wanted: Annotated, live: Annotated): boolean {
  const hash = wanted.metadata.annotations?.[annotations.appliedHash];
  return hash !== undefined && live.metadata.annotations?.[annotations.appliedHash] === hash;
}

/** Whether this operator made what is live, and nobody else. */
export function wasApplied({ metadata }: Annotated): boolean {
  return metadata.annotations?.[annotations.appliedHash] !== undefined;
}
