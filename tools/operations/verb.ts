import type { Environment } from '../../stacks/index.ts';

/** What a verb works on: an environment, in the cluster that holds it. */
export interface Target {
  readonly environment: Environment;
  /** What the person gave as NAME=value. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** When the verb was typed. */
  readonly now: Date;
  /** Output of a kubectl command that changes nothing; throws a ConfigurationError when it fails. */
  readonly look: (args: readonly string[]) => Promise<string>;
}

/** One thing that a verb does; `args` are those of kubectl, without the context. */
export type Step =
  | { readonly kind: 'say'; readonly text: string }
  /** Reads; its output is the answer. Exit code 1 of `kubectl diff` is one too. */
  | { readonly kind: 'show'; readonly args: readonly string[]; readonly differs?: true }
  /** Reads; its output is rendered. */
  | { readonly kind: 'table'; readonly args: readonly string[]; readonly render: (text: string) => string }
  /** Runs until ctrl-C. */
  | { readonly kind: 'open'; readonly args: readonly string[] }
  | Change;

/** Changes the cluster. */
export interface Change {
  readonly kind: 'change';
  readonly args: readonly string[];
  /** What is so once it has run, for the report when a later step fails. */
  readonly did: string;
  /** kubectl arguments that get back, where there is such a command. */
  readonly undo?: readonly string[];
  /** `did` of an earlier step that this one takes back. */
  readonly settles?: string;
}

export interface Plan {
  /** What is shown before anything is asked or changed. */
  readonly before?: readonly Step[];
  /** Said right before the question: what is lost, what there is instead. */
  readonly warnings?: readonly string[];
  readonly steps: readonly Step[];
}

/** `reads` never asks; `changes` asks once in production; `destroys` asks once, and twice in production. */
export type Risk = 'reads' | 'changes' | 'destroys';

export const groups = ['Deploy', 'Canary', 'Load test', 'Observe', 'Queues and builds'] as const;

export interface Verb {
  readonly name: string;
  /** Where the name of the environment is given: in ENV, at the end of the verb, or nowhere because all are meant. */
  readonly environment: 'variable' | 'suffix' | 'all';
  readonly group: (typeof groups)[number];
  /** One line for help and reference. */
  readonly does: string;
  /** Variables beside ENV, CONTEXT and YES, each with what it says. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly risk: Risk;
  /** @throws ConfigurationError when the environment or the cluster does not allow it */
  readonly plan: (target: Target) => Plan | Promise<Plan>;
}

export const say = (text: string): Step => ({ kind: 'say', text });
export const show = (...args: readonly string[]): Step => ({ kind: 'show', args });
export const open = (...args: readonly string[]): Step => ({ kind: 'open', args });

/** A change with what is so once it has run. */
export const change = (did: string, args: readonly string[], more: Pick<Change, 'undo' | 'settles'> = {}): Change => ({
  kind: 'change',
  args,
  did,
  ...more,
});
