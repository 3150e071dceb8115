import { createHash, generateKeyPairSync, verify } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HttpServer, readBody, startHttpServer } from './http-server.ts';

interface Stored {
  readonly content: Buffer;
  readonly generation: string;
}

/** Cloud Storage as its JSON API describes it, as far as reading goes, with its token endpoint and a metadata server. */
export interface CloudStorage {
  readonly server: HttpServer;
  /** JSON key of a service account that may read. */
  readonly serviceAccountKey: string;
  put(this: void, key: string, content: string | Buffer): string;
  remove(this: void, key: string): void;
  /** Changes what the next download answers. */
  corruptNext(this: void): void;
}

export const bucket = 'code';
const account = 'fetch@project.iam.gserviceaccount.com';
const token = 'ya29.access-token-of-the-stand-in';
const pageSize = 2;

export async function startCloudStorage(): Promise<CloudStorage> {
  const objects = new Map<string, Stored>();
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let generation = 1_700_000_000_000_000;
  let corrupt = false;

  const download = (response: ServerResponse, { content, generation: stored }: Stored): void => {
    const md5 = createHash('md5').update(content).digest('base64');
    const sent = corrupt ? Buffer.from(content.map((byte) => byte ^ 1)) : content;
    corrupt = false;
    response.writeHead(200, { 'x-goog-hash': `crc32c=AAAAAA==,md5=${md5}`, 'x-goog-generation': stored }).end(sent);
  };
  const readObject = (response: ServerResponse, key: string, query: URLSearchParams): void => {
    const stored = objects.get(key);
    const wanted = query.get('generation');
    if (stored === undefined || (wanted !== null && wanted !== stored.generation)) {
      return answerError(response, 404, `No such object: ${bucket}/${key}`);
    }
    if (query.get('alt') === 'media') return download(response, stored);
    return answerJson(response, describeObject(key, stored));
  };
  const list = (response: ServerResponse, query: URLSearchParams): void => {
    const keys = [...objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '')).toSorted();
    const start = Number(query.get('pageToken') ?? 0);
    const items = keys.slice(start, start + pageSize).flatMap((key) => {
      const stored = objects.get(key);
      return stored === undefined ? [] : [describeObject(key, stored)];
    });
    const more = start + pageSize < keys.length ? { nextPageToken: String(start + pageSize) } : {};
    answerJson(response, { ...(items.length === 0 ? {} : { items }), ...more });
  };

  const server = await startHttpServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server');
    const object = /^\/storage\/v1\/b\/code\/o\/(.+)$/.exec(pathname)?.[1];
    if (pathname === '/token')
      return void grantToken(request, response, (data, signature) => verify('RSA-SHA256', data, publicKey, signature));
    if (pathname.startsWith('/computeMetadata/')) {
      const isAsked = request.headers['metadata-flavor'] === 'Google';
      return isAsked ? answerJson(response, { access_token: token }) : answerError(response, 403, 'header missing');
    }
    if (request.headers.authorization !== `Bearer ${token}`) {
      const status = request.headers.authorization === undefined ? 401 : 403;
      return answerError(response, status, `${account} does not have storage.objects.get access`);
    }
    if (object !== undefined) return readObject(response, decodeURIComponent(object), searchParams);
    if (pathname === '/storage/v1/b/code/o') return list(response, searchParams);
    return answerError(response, 404, 'The specified bucket does not exist.');
  });

  return {
    server,
    serviceAccountKey: JSON.stringify({
      type: 'service_account',
      client_email: account,
      private_key_id: 'key-1',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      token_uri: `${server.origin}/token`,
    }),
    put: (key, content) => {
      generation += 1;
      objects.set(key, { content: Buffer.from(content), generation: String(generation) });
      return String(generation);
    },
    remove: (key) => void objects.delete(key),
    corruptNext: () => {
      corrupt = true;
    },
  };
}

const describeObject = (name: string, { content, generation }: Stored) => ({
  name,
  generation,
  size: String(content.length),
});

function answerJson(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const answerError = (response: ServerResponse, code: number, message: string): void =>
  answerJson(response, { error: { code, message } }, code);

/** Gives a token for an assertion that the account signed, RFC 7523. */
async function grantToken(
  request: IncomingMessage,
  response: ServerResponse,
  isSigned: (data: Buffer, signature: Buffer) => boolean,
): Promise<void> {
  const form = new URLSearchParams((await readBody(request)).toString());
  const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
  const issuer: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString());
  const isValid = isSigned(Buffer.from(`${header}.${claims}`), Buffer.from(signature, 'base64url'));
  if (isValid && JSON.stringify(issuer).includes(account))
    answerJson(response, { access_token: token, expires_in: 3600 });
  else answerJson(response, { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }, 400);
}
