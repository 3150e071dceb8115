import { Readable } from 'node:stream';
import { assumeIdentity, type AwsCredentials, type HttpClient, Secrets } from '../fetch/index.ts';

/**
 * Keys of a mounted Secret, by the names that MinIO and AWS give them.
 * @throws Error that names what is missing
 */
export function parseStoreKeys(files: ReadonlyMap<string, string>): AwsCredentials {
  const accessKeyId = files.get('accesskey') ?? files.get('AWS_ACCESS_KEY_ID');
  const secretAccessKey = files.get('secretkey') ?? files.get('AWS_SECRET_ACCESS_KEY');
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new Error(
      'keys of dead letters: allowed accesskey and secretkey, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    );
  }
  return { accessKeyId, secretAccessKey };
}

const timeoutMs = 10_000;

/** Keys that the cloud gives to this pod for an hour. */
export function assumePodIdentity(
  region: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<AwsCredentials> {
  return assumeIdentity(region, { environment, identityClient, secrets: new Secrets() });
}

/** With the fetch of Node.js: the client of builds is as large as the rest of the receiver. */
const identityClient: HttpClient = {
  send: async ({ body, headers, method, url }) => {
    const init = { method, headers, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) } as const;
    const response = await fetch(url, body === undefined ? init : { ...init, body: String(body) });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return {
      status: response.status,
      url,
      header: (name) => response.headers.get(name) ?? undefined,
      body: Readable.from([bytes]),
      discard: () => {},
    };
  },
  close: () => Promise.resolve(),
};
