import type { Change } from './change.ts';
import type { KubernetesObject } from './object.ts';

/** What is known of the objects of one kind. Reads are synchronous and never reach the API server. */
export interface ObjectCache<T extends KubernetesObject> {
  readonly size: number;
  get(key: string): T | undefined;
  list(): Iterable<T>;
  /** Objects that the index put under the value. Fails for an index that nobody added. */
  byIndex(index: string, value: string): readonly T[];
}

/** Why an informer does not get on: what the API server or the network said, and since when. */
export interface InformerFault {
  readonly message: string;
  /** Milliseconds of the monotonic clock. */
  readonly since: number;
}

/** Keeps a cache of one kind equal to the API server, and tells of changes. Shared by all who need the kind. */
export interface Informer<T extends KubernetesObject> {
  /** For messages and metrics: `jobs.batch`. */
  readonly name: string;
  readonly cache: ObjectCache<T>;
  /** The cache held a whole list once. */
  readonly synced: boolean;
  /** Absent while all is well. */
  readonly fault: InformerFault | undefined;
  /** Why an optional kind cannot be read: not served, or not allowed. Its cache is empty and counts as synced meanwhile. */
  readonly unavailable: string | undefined;
  /** Only before run. */
  addIndex(index: string, valuesOf: (object: T) => readonly string[]): void;
  /** Tells of every later change, in order. A late listener is told of what is in the cache first. Returns what ends it. */
  onChange(listener: (change: Change<T>) => void): () => void;
  /** Resolves once synced; rejects with the reason of the signal. */
  whenSynced(signal: AbortSignal): Promise<void>;
  /** Lists and watches until the signal; survives every error. Resolves when all connections are closed. */
  run(signal: AbortSignal): Promise<void>;
}
