import type { HttpResponse } from '../http/client.ts';
import type { Version } from '../version.ts';

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  readonly version: Version;
}

/** An object that is about to be read. */
export interface OpenObject {
  readonly version: Version;
  readonly response: HttpResponse;
}

/** What S3 and Cloud Storage have in common. */
export interface ObjectStore {
  /** For messages: `s3://bucket`. */
  readonly name: string;
  version(this: void, key: string): Promise<Version>;
  /** All objects whose keys begin so. */
  list(this: void, prefix: string): AsyncIterable<StoredObject>;
  /** Opens an object, or one version of it. */
  open(this: void, key: string, expected: Version | undefined): Promise<OpenObject>;
}
