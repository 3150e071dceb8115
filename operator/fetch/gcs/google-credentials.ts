import { createSign } from 'node:crypto';
import { isNativeError } from 'node:util/types';
import { z } from 'zod';
import { FetchError } from '../failure.ts';
import { readText } from '../http/body.ts';
import type { HttpClient, HttpRequest } from '../http/client.ts';
import { toStatusFault } from '../http/status-fault.ts';
import { missingKeys, readMountedSecret } from '../mounted-secret.ts';
import type { Credentials } from '../plan.ts';
import type { Surroundings } from '../surroundings.ts';

const scope = 'https://www.googleapis.com/auth/devstorage.read_only';
const tokenSeconds = 600;
const maximumAnswerBytes = 64 * 1024;

/** Fields of a service account key as Google hands it out. */
const serviceAccountKey = z.object({
  type: z.literal('service_account'),
  client_email: z.string(),
  private_key: z.string(),
  private_key_id: z.string().optional(),
  token_uri: z.url({ protocol: /^https?$/ }).default('https://oauth2.googleapis.com/token'),
});
type ServiceAccountKey = z.infer<typeof serviceAccountKey>;

const tokenSchema = z.object({ access_token: z.string().min(1) });

/** An access token by a service account key, or by the identity of the pod; undefined reads as nobody. */
export async function readGoogleToken(
  credentials: Credentials,
  client: HttpClient,
  surroundings: Surroundings,
): Promise<string | undefined> {
  switch (credentials.kind) {
    case 'none':
      return undefined;
    case 'secret': {
      const key = await readKey(credentials.folder, surroundings);
      return askForToken(client, tokenRequest(key, surroundings), `token of ${key.client_email}`, surroundings);
    }
    case 'identity':
      return askForToken(surroundings.identityClient, metadataRequest(surroundings), 'workload identity', surroundings);
  }
}

async function readKey(folder: string, { secrets }: Surroundings): Promise<ServiceAccountKey> {
  const secret = await readMountedSecret(folder, secrets);
  const keys = secret.keys.map((name) => serviceAccountKey.safeParse(parseJson(secret.first(name) ?? '')).data);
  const key = keys.find((one) => one !== undefined);
  if (key === undefined) throw missingKeys(secret, 'one with the JSON key of a service account');
  secrets.remember(key.private_key);
  return key;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** JWT bearer grant, RFC 7523. */
function tokenRequest(key: ServiceAccountKey, { now, secrets }: Surroundings): HttpRequest {
  const issuedAt = Math.floor(now().getTime() / 1000);
  const header = { alg: 'RS256', typ: 'JWT', kid: key.private_key_id };
  const claims = { iss: key.client_email, scope, aud: key.token_uri, iat: issuedAt, exp: issuedAt + tokenSeconds };
  const unsigned = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const assertion = secrets.remember(`${unsigned}.${signToken(unsigned, key)}`);
  const body = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });
  return {
    method: 'POST',
    url: new URL(key.token_uri),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: body.toString(),
    confidential: true,
  };
}

function signToken(unsigned: string, key: ServiceAccountKey): string {
  try {
    return createSign('RSA-SHA256').update(unsigned).sign(key.private_key, 'base64url');
  } catch (error) {
    const message = `service account key of ${key.client_email}: private_key is no RSA key in PEM; correct the Secret`;
    throw isNativeError(error) ? new FetchError('CredentialsRefused', message, { cause: error }) : error;
  }
}

/** GCE_METADATA_HOST is the variable of Google's own clients. */
function metadataRequest({ environment }: Surroundings): HttpRequest {
  const host = environment['GCE_METADATA_HOST'] ?? 'metadata.google.internal';
  const url = new URL(`http://${host}/computeMetadata/v1/instance/service-accounts/default/token`);
  url.searchParams.set('scopes', scope);
  return { method: 'GET', url, headers: { 'metadata-flavor': 'Google' }, confidential: true };
}

async function askForToken(
  client: HttpClient,
  request: HttpRequest,
  what: string,
  { secrets }: Surroundings,
): Promise<string> {
  const response = await client.send(request);
  const answer = await readText(response, maximumAnswerBytes);
  if (response.status !== 200) {
    const reason = response.status < 500 ? 'CredentialsRefused' : 'ServerFailed';
    throw toStatusFault(what, response.status, answer.slice(0, 200), reason);
  }
  const token = tokenSchema.safeParse(parseJson(answer)).data;
  if (token === undefined) throw new FetchError('ServerFailed', `${what}: got an answer without access_token`);
  return secrets.remember(token.access_token);
}
