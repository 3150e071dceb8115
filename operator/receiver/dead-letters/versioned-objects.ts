import type { AwsCredentials } from '../../fetch/index.ts';
import { type DeadLetterBucket, objectUrl, requestsTo } from './bucket-request.ts';
import { openBucket } from './object-store.ts';

/** One state of an object. */
export interface Versioned {
  readonly body: Buffer;
  readonly version: string;
}

/** Objects that several programs change: each write says which state it follows. */
export interface VersionedObjects {
  /** @returns undefined where there is no such object */
  read(this: void, key: string): Promise<Versioned | undefined>;
  /**
   * Writes over one state, or where there is no object for none.
   * @returns false where the object is in another state by now, and nothing is written
   */
  write(this: void, key: string, body: Buffer, over: string | undefined): Promise<boolean>;
  /** Keys that begin so, in order. */
  list(this: void, prefix: string): Promise<readonly string[]>;
  /** One that is not there is removed. */
  remove(this: void, key: string): Promise<void>;
}

/**
 * Objects of a bucket, by conditional writes (Amazon S3, PutObject with If-Match and If-None-Match; MinIO has them too).
 * @param keys read for each request: they are files that may change
 */
export function openVersioned(place: DeadLetterBucket, keys: () => AwsCredentials | undefined): VersionedObjects {
  const send = requestsTo(place, keys);
  const { list, remove } = openBucket(place, keys);
  return {
    list,
    remove,
    read: async (key) => {
      const { body, status, version } = await send({ method: 'GET', url: objectUrl(place, key), allowed: [200, 404] });
      return status === 404 ? undefined : { body, version };
    },
    write: async (key, body, over) => {
      const headers: Record<string, string> = over === undefined ? { 'if-none-match': '*' } : { 'if-match': over };
      // 409: two writes at once; 404: the state to follow is gone
      const allowed = [200, 404, 409, 412];
      const { status } = await send({ method: 'PUT', url: objectUrl(place, key), headers, body, allowed });
      return status === 200;
    },
  };
}
