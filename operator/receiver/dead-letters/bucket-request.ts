import { AwsV4Signer } from 'aws4fetch';
import type { AwsCredentials } from '../../fetch/index.ts';

/** A place in an object store that speaks the S3 protocol. */
export interface DeadLetterBucket {
  /** Of the store, such as `http://minio.minio.svc:9000`. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Empty, or with a slash at its end. */
  readonly prefix: string;
  readonly region: string;
}

export interface StoreRequest {
  readonly method: 'PUT' | 'GET' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Codes that are an answer; any other is a failure. */
  readonly allowed: readonly number[];
}

interface StoreAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** ETag of the object; empty where the store says none. */
  readonly version: string;
}

const timeoutMs = 10_000;

/** Sends signed requests to a store. @param keys read for each request: they are files that may change */
export function requestsTo(
  place: DeadLetterBucket,
  keys: () => AwsCredentials | undefined,
): (request: StoreRequest) => Promise<StoreAnswer> {
  return async ({ allowed, body, headers = {}, method, url }) => {
    const credentials = keys();
    if (credentials === undefined) throw new Error('the keys of dead letters have not been read yet');
    const content = body === undefined ? {} : { body: new Uint8Array(body) };
    const signer = new AwsV4Signer({
      method,
      url: url.href,
      headers: { ...headers },
      ...content,
      ...credentials,
      region: place.region,
      service: 's3',
    });
    const signed = await signer.sign();
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await fetch(signed.url, { method, headers: signed.headers, ...content, signal, redirect: 'manual' });
    const received = Buffer.from(await answer.arrayBuffer());
    if (!allowed.includes(answer.status)) {
      throw new Error(`bucket ${place.bucket}: answers ${answer.status} to ${method} of dead letters`);
    }
    return { status: answer.status, body: received, version: answer.headers.get('etag') ?? '' };
  };
}

export function objectUrl(place: DeadLetterBucket, key: string): URL {
  return new URL(`${place.bucket}/${place.prefix}${key}`, withSlash(place.endpoint));
}

export const bucketUrl = ({ bucket, endpoint }: DeadLetterBucket): URL => new URL(bucket, withSlash(endpoint));

const withSlash = (endpoint: string): string => (endpoint.endsWith('/') ? endpoint : `${endpoint}/`);
