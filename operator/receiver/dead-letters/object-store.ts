import type { AwsCredentials } from '../../fetch/index.ts';
import { bucketUrl, type DeadLetterBucket, objectUrl, requestsTo } from './bucket-request.ts';

/** Objects under one prefix of a bucket. Each is written in whole or not at all. */
export interface ObjectStore {
  put(this: void, key: string, body: Buffer): Promise<void>;
  /** @returns undefined where there is no such object */
  get(this: void, key: string, range?: ByteRange): Promise<Buffer | undefined>;
  /** Keys that begin so, in order. */
  list(this: void, prefix: string): Promise<readonly string[]>;
  /** One that is not there is removed. */
  remove(this: void, key: string): Promise<void>;
}

/** From a byte up to another, which is not part of it. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** @param keys read for each request: they are files that may change */
export function openBucket(place: DeadLetterBucket, keys: () => AwsCredentials | undefined): ObjectStore {
  const send = requestsTo(place, keys);
  return {
    put: async (key, body) => {
      await send({ method: 'PUT', url: objectUrl(place, key), body, allowed: [200] });
    },
    get: async (key, range) => {
      const headers: Record<string, string> =
        range === undefined ? {} : { range: `bytes=${range.start}-${range.end - 1}` };
      const { body, status } = await send({
        method: 'GET',
        url: objectUrl(place, key),
        headers,
        allowed: [200, 206, 404],
      });
      return status === 404 ? undefined : body;
    },
    list: async (prefix) => {
      const found: string[] = [];
      let token: string | undefined;
      do {
        const { body } = await send({ method: 'GET', url: listUrl(prefix, token), allowed: [200] });
        const page = parseListing(body.toString());
        found.push(...page.keys.map((key) => key.slice(place.prefix.length)));
        token = page.next;
      } while (token !== undefined);
      return found;
    },
    remove: async (key) => {
      await send({ method: 'DELETE', url: objectUrl(place, key), allowed: [200, 204, 404] });
    },
  };

  function listUrl(prefix: string, token: string | undefined): URL {
    const url = bucketUrl(place);
    url.searchParams.set('list-type', '2');
    url.searchParams.set('prefix', `${place.prefix}${prefix}`);
    if (token !== undefined) url.searchParams.set('continuation-token', token);
    return url;
  }
}

/** An answer of ListObjectsV2. Keys of ours hold nothing that XML escapes but for quotes in no key at all. */
function parseListing(xml: string): { readonly keys: readonly string[]; readonly next: string | undefined } {
  const keys = [...xml.matchAll(/<Key>(?<key>[^<]*)<\/Key>/g)].map(({ groups }) => unescape(groups?.['key'] ?? ''));
  const next = /<NextContinuationToken>(?<token>[^<]*)</.exec(xml)?.groups?.['token'];
  return { keys, next: next === undefined ? undefined : unescape(next) };
}

const entities: ReadonlyMap<string, string> = new Map([
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&apos;', "'"],
  ['&amp;', '&'],
]);

const unescape = (text: string): string => text.replaceAll(/&[a-z]+;/g, (entity) => entities.get(entity) ?? entity);
