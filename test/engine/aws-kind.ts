import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type AwsClient, AwsError, type AwsProperties } from './aws-client.ts';

/** How resources of one type are made, found and removed; properties have the names of @pulumi/aws. */
export interface AwsKind {
  /** Makes the resource, and answers its id and the properties that AWS adds. */
  create(this: void, aws: AwsClient, inputs: AwsProperties): Promise<AwsProperties & { readonly id: string }>;
  /** Gives what exists the properties of `inputs`; default makes it again in place. */
  update?(this: void, aws: AwsClient, inputs: AwsProperties, state: AwsProperties): Promise<void>;
  /** The properties that AWS has now, as far as they are compared; an {@link AwsError} where nothing is there. */
  read(this: void, aws: AwsClient, state: AwsProperties): Promise<AwsProperties>;
  remove(this: void, aws: AwsClient, state: AwsProperties): Promise<void>;
  /** Properties that cannot change: another value is another resource. */
  readonly fixed: readonly string[];
}

export const textOf = (value: unknown): string => z.string().parse(value);

export const textsOf = (value: unknown): readonly string[] => z.array(z.string()).parse(value);

export const objectOf = (value: unknown): AwsProperties => z.record(z.string(), z.unknown()).parse(value);

export const listOf = (value: unknown): readonly AwsProperties[] =>
  z
    .array(z.unknown())
    .parse(value ?? [])
    .map(objectOf);

/** Tags as most services take them: a list of pairs. */
export function tagList({ tags }: AwsProperties): readonly AwsProperties[] {
  return Object.entries(objectOf(tags ?? {})).map(([Key, Value]) => ({ Key, Value }));
}

export function readTags(list: unknown): AwsProperties {
  return Object.fromEntries(listOf(list).map(({ Key, Value }) => [textOf(Key), Value]));
}

/** The text of `known` where AWS has the same document, however it writes it; else its own. */
export function documentOf(known: unknown, live: unknown): string {
  const parsed: unknown = typeof live === 'string' ? JSON.parse(live) : live;
  return typeof known === 'string' && isDeepStrictEqual(JSON.parse(known), parsed) ? known : JSON.stringify(parsed);
}

/** Answers undefined where AWS has nothing; every other refusal stays one. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AwsError && error.isMissing) return undefined;
    throw error;
  }
}
