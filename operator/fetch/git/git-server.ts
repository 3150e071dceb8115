/** Which objects to send. */
export interface PackRequest {
  readonly wants: readonly string[];
  /** Whether the history of the commits comes too. */
  readonly history: boolean;
  /** What to leave out; only where the server can. */
  readonly leaveOut: 'nothing' | 'blobs' | 'trees';
}

/** A repository on a server, after the first answer. */
export interface GitServer {
  /** Whether parts of a commit can be left out and asked for later. */
  readonly canLeaveOut: boolean;
  /** Whether an object may be asked for that is not the tip of a branch or tag. */
  readonly canWantAny: boolean;
  /** Commits by full name of branch or tag, whose names begin so. */
  refs(this: void, ...prefixes: readonly string[]): Promise<ReadonlyMap<string, string>>;
  pack(this: void, request: PackRequest): AsyncIterable<Uint8Array>;
}

/** A stateless exchange: one request, one answer. */
export type Exchange = (body: string) => Promise<AsyncIterable<Uint8Array>>;

export const agent = 'agent=knative-lambda';
