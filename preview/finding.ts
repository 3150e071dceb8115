import type { Environment } from '../stacks/index.ts';
import type { Code } from './codes.ts';
import type { ObjectChange } from './diff/objects.ts';
import { type ObjectId, type Objects, showObject } from './object.ts';
import type { Topic } from './topic.ts';

/** One thing that a change means in one scope. In `text`, what comes from manifests stands between backticks. */
export interface Finding {
  readonly topic: Topic;
  /** What it is about, as a reader names it. */
  readonly object: string;
  readonly text: string;
  /** The entry of the danger list; undefined for what is only worth knowing. */
  readonly code: Code | undefined;
}

/** Both sides of one scope. */
export interface Comparison {
  readonly scope: string;
  readonly base: Objects;
  readonly head: Objects;
  readonly changes: readonly ObjectChange[];
  /** Objects of manifests/shared, where ClusterRoles and definitions are. */
  readonly shared: { readonly base: Objects; readonly head: Objects };
  /** Objects of every scope that was read, on both sides: where the objects of a definition are. */
  readonly everywhere: readonly Objects[];
  /** Settings of the environment on each side; undefined for a scope that is none, and where its settings are not known. */
  readonly settings: { readonly base: Environment | undefined; readonly head: Environment | undefined };
  /** Whether people outside the team feel it. */
  readonly isProduction: boolean;
}

/** Looks at a comparison from one side. Pure. */
export type Lens = (comparison: Comparison) => readonly Finding[];

export function finding(topic: Topic, object: ObjectId | string, text: string, code?: Code): Finding {
  return { topic, object: typeof object === 'string' ? object : showObject(object), text, code };
}

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** A text in which every value stands between backticks, so that each format can keep it from being read as anything else. */
export function say(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return String.raw({ raw: parts }, ...values.map(quote));
}

const quote = (value: string | number): string => `\`${String(value).replaceAll('`', "'")}\``;

/** Values one after the other, each between backticks. */
export const sayEach = (values: readonly string[]): string => values.map(quote).join(', ');
