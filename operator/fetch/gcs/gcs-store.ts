import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FetchError } from '../failure.ts';
import { readText } from '../http/body.ts';
import type { HttpClient, HttpResponse } from '../http/client.ts';
import { toStatusFault } from '../http/status-fault.ts';
import type { ObjectStore } from '../object-store/object-store.ts';
import type { SourcePlan } from '../plan.ts';
import { refuseChange, type Version } from '../version.ts';

const fields = 'name,generation,size';
const maximumListingBytes = 8 * 1024 ** 2;

const objectSchema = z.object({ name: z.string(), generation: z.string(), size: z.string().transform(Number) });
const listingSchema = z.object({ items: z.array(objectSchema).default([]), nextPageToken: z.string().optional() });
const errorSchema = z.object({ error: z.object({ message: z.string() }) });

export interface GcsAccess {
  readonly client: HttpClient;
  /** Absent: as nobody. */
  readonly token: string | undefined;
}

const pathOf = (key: string): string => `/${encodeURIComponent(key)}`;

/** Google Cloud Storage by its JSON API. */
export function buildGcsStore({ endpoint, bucket }: SourcePlan<'gcs'>, { client, token }: GcsAccess): ObjectStore {
  const name = `gs://${bucket}`;
  const get = async (what: string, path: string, query: Readonly<Record<string, string>>): Promise<HttpResponse> => {
    const url = new URL(`${endpoint.replace(/[/]$/, '')}/storage/v1/b/${encodeURIComponent(bucket)}/o${path}`);
    for (const [parameter, value] of Object.entries(query)) url.searchParams.set(parameter, value);
    // the bytes as they are stored, whose digest the server states
    const headers = { 'accept-encoding': 'gzip', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
    const response = await client.send({ method: 'GET', url, headers, confidential: token !== undefined });
    if (response.status !== 200) throw await toGcsFault(what, response);
    return response;
  };
  const getJson = async <T>(schema: z.ZodType<T>, ...request: Parameters<typeof get>): Promise<T> => {
    const [what] = request;
    return parseAnswer(schema, await readText(await get(...request), maximumListingBytes), what);
  };
  const version = async (key: string): Promise<Version> => {
    const { generation } = await getJson(objectSchema, `${name}/${key}`, pathOf(key), { fields });
    return { kind: 'generation', value: generation };
  };
  return {
    name,
    version,
    open: async (key, expected) => {
      const what = `${name}/${key}`;
      // so that a newer generation is told from one that is gone
      const actual = await version(key);
      refuseChange(what, expected, actual);
      const response = await get(what, pathOf(key), { alt: 'media', generation: actual.value });
      return { version: actual, response: withDigest(what, response) };
    },
    list: async function* list(prefix) {
      let pageToken: string | undefined;
      do {
        const query = {
          prefix,
          fields: `items(${fields}),nextPageToken`,
          ...(pageToken === undefined ? {} : { pageToken }),
        };
        const page = await getJson(listingSchema, `${name}/${prefix}`, '', query);
        for (const { name: key, size: bytes, generation } of page.items) {
          if (!key.endsWith('/')) yield { key, bytes, version: { kind: 'generation', value: generation } };
        }
        pageToken = page.nextPageToken;
      } while (pageToken !== undefined);
    },
  };
}

function parseAnswer<T>(schema: z.ZodType<T>, text: string, what: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new FetchError('ServerFailed', `${what}: the answer is not that of Cloud Storage`, { cause: error });
  }
}

/** The body, compared with the MD5 that the server states; composite objects have none. */
function withDigest(what: string, response: HttpResponse): HttpResponse {
  const stated = /\bmd5=([A-Za-z0-9+/]{22}==)/.exec(response.header('x-goog-hash') ?? '')?.[1];
  return stated === undefined ? response : { ...response, body: checkDigest(what, response.body, stated) };
}

async function* checkDigest(what: string, body: AsyncIterable<Uint8Array>, stated: string): AsyncIterable<Uint8Array> {
  const hash = createHash('md5');
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('base64') !== stated) {
    throw new FetchError(
      'Truncated',
      `${what}: got content with another digest than the server states; it is tried again`,
    );
  }
}

async function toGcsFault(what: string, response: HttpResponse): Promise<FetchError> {
  const text = await readText(response, maximumListingBytes);
  let detail = '';
  try {
    detail = errorSchema.parse(JSON.parse(text)).error.message;
  } catch {
    detail = text.slice(0, 200);
  }
  return toStatusFault(what, response.status, detail);
}
