/** What somebody outside may call. */
export interface CallTarget {
  readonly kind: 'agent' | 'function';
  readonly namespace: string;
  readonly name: string;
}

/** A call that waits for its answer. */
export interface Call {
  readonly target: CallTarget;
  /** Together with who calls it names the call: one that comes again is the same. */
  readonly id: string;
  readonly data: unknown;
}

/** What a target said. */
export type Content =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'bytes'; readonly base64: string; readonly mediaType: string };

/** What became of a call. The message of a failure is for the caller. */
export type CallAnswer =
  | { readonly kind: 'answered'; readonly content: Content }
  | { readonly kind: 'failed'; readonly message: string };

/** Calls a target and waits. Rejects with what is a bug only, or with the reason of the signal. */
export type CallOut = (call: Call) => Promise<CallAnswer>;

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
