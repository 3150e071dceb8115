import { AwsV4Signer } from 'aws4fetch';
import { FetchError } from '../failure.ts';
import { readText } from '../http/body.ts';
import type { HttpClient, HttpResponse } from '../http/client.ts';
import type { ObjectStore, StoredObject } from '../object-store/object-store.ts';
import { readElements, readText as readXmlText } from '../object-store/xml.ts';
import type { SourcePlan } from '../plan.ts';
import { refuseChange, type Version } from '../version.ts';
import type { AwsCredentials } from './aws-credentials.ts';
import { toS3Fault } from './s3-fault.ts';

const maximumListingBytes = 8 * 1024 ** 2;

export interface S3Access {
  readonly client: HttpClient;
  /** Absent: as nobody. */
  readonly credentials: AwsCredentials | undefined;
  readonly now: () => Date;
}

/** The S3 protocol with Signature Version 4, as AWS, MinIO and others speak it. */
export function buildS3Store(source: SourcePlan<'s3'>, access: S3Access): ObjectStore {
  const name = `s3://${source.bucket}`;
  const get = async (url: URL, what: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpResponse> => {
    const { client, credentials } = access;
    const signed =
      credentials === undefined ? headers : await sign(url, headers, source.region, { credentials, now: access.now });
    const response = await client.send({
      method: 'GET',
      url,
      headers: signed,
      confidential: credentials !== undefined,
    });
    if (response.status !== 200 && response.status !== 206) throw await toS3Fault(what, response, source.region);
    return response;
  };
  const open: ObjectStore['open'] = async (key, expected) => {
    const url = objectUrl(source, key);
    if (expected?.kind === 'versionId') url.searchParams.set('versionId', expected.value);
    const what = `${name}/${key}`;
    const response = await get(url, what, expected?.kind === 'etag' ? { 'if-match': expected.value } : {});
    const version = versionOf(what, response);
    try {
      // a bucket that was given versions since answers by id what was resolved by ETag
      if (expected?.kind === 'etag') refuseChange(what, expected, etagOf(what, response));
      else refuseChange(what, expected, version);
    } catch (error) {
      response.discard();
      throw error;
    }
    return { version, response };
  };
  return {
    name,
    open,
    version: async (key) => {
      const { version, response } = await open(key, undefined);
      response.discard();
      return version;
    },
    list: async function* list(prefix) {
      let token: string | undefined;
      do {
        const url = bucketUrl(source);
        const query = {
          'list-type': '2',
          'encoding-type': 'url',
          prefix,
          ...(token === undefined ? {} : { 'continuation-token': token }),
        };
        for (const [parameter, value] of Object.entries(query)) url.searchParams.set(parameter, value);
        const xml = await readText(await get(url, `${name}/${prefix}`), maximumListingBytes);
        yield* readElements(xml, 'Contents')
          .map(toStoredObject)
          .filter(({ key }) => !key.endsWith('/'));
        token = readXmlText(xml, 'IsTruncated') === 'true' ? readXmlText(xml, 'NextContinuationToken') : undefined;
      } while (token !== undefined);
    },
  };
}

interface Signing {
  readonly credentials: AwsCredentials;
  readonly now: () => Date;
}

async function sign(
  url: URL,
  headers: Readonly<Record<string, string>>,
  region: string,
  { credentials, now }: Signing,
): Promise<Record<string, string>> {
  const datetime = now()
    .toISOString()
    .replaceAll(/[:-]|\.\d{3}/g, '');
  const signer = new AwsV4Signer({
    url: url.href,
    headers: { ...headers },
    service: 's3',
    region,
    datetime,
    ...credentials,
  });
  const signed = await signer.sign();
  return Object.fromEntries(signed.headers.entries());
}

function bucketUrl({ endpoint, addressing, bucket }: SourcePlan<'s3'>): URL {
  const url = new URL(endpoint);
  if (addressing === 'host') url.hostname = `${bucket}.${url.hostname}`;
  else url.pathname = `/${bucket}`;
  return url;
}

function objectUrl(source: SourcePlan<'s3'>, key: string): URL {
  const url = bucketUrl(source);
  const names = key.split('/').map(encodeName);
  url.pathname = `${url.pathname.replace(/[/]$/, '')}/${names.join('/')}`;
  return url;
}

/** As the signature encodes it: what encodeURIComponent leaves, too. */
const encodeName = (name: string): string =>
  encodeURIComponent(name).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function toStoredObject(xml: string): StoredObject {
  return {
    key: decodeURIComponent(readXmlText(xml, 'Key').replaceAll('+', ' ')),
    bytes: Number(readXmlText(xml, 'Size')),
    version: { kind: 'etag', value: readXmlText(xml, 'ETag') },
  };
}

/** A bucket that never had versions names none; one that has them no more answers `null`. */
function versionOf(what: string, response: HttpResponse): Version {
  const versionId = response.header('x-amz-version-id');
  return versionId === undefined || versionId === 'null'
    ? etagOf(what, response)
    : { kind: 'versionId', value: versionId };
}

function etagOf(what: string, response: HttpResponse): Version {
  const value = response.header('etag');
  if (value === undefined)
    throw new FetchError('ServerFailed', `${what}: got an answer without ETag; use a server that speaks S3`);
  return { kind: 'etag', value };
}
