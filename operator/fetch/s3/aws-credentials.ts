import { readFile } from 'node:fs/promises';
import { isNativeError } from 'node:util/types';
import { z } from 'zod';
import { FetchError } from '../failure.ts';
import { readText } from '../http/body.ts';
import type { HttpClient } from '../http/client.ts';
import { toStatusFault } from '../http/status-fault.ts';
import { missingKeys, readMountedSecret } from '../mounted-secret.ts';
import { readText as readXmlText } from '../object-store/xml.ts';
import type { SourcePlan, Credentials } from '../plan.ts';
import type { Surroundings } from '../surroundings.ts';

export type IdentitySurroundings = Pick<Surroundings, 'environment' | 'identityClient' | 'secrets'>;

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Only of temporary credentials. */
  readonly sessionToken?: string;
}

const accessKeyNames = ['AWS_ACCESS_KEY_ID', 'accesskey', 'access-key'] as const;
const secretKeyNames = ['AWS_SECRET_ACCESS_KEY', 'secretkey', 'secret-key'] as const;
const maximumAnswerBytes = 64 * 1024;

/** Keys from a Secret, or from the identity of the pod; undefined reads as nobody. */
export async function readAwsCredentials(
  credentials: Credentials,
  { region }: SourcePlan<'s3'>,
  surroundings: Surroundings,
): Promise<AwsCredentials | undefined> {
  switch (credentials.kind) {
    case 'none':
      return undefined;
    case 'secret':
      return readKeys(credentials.folder, surroundings);
    case 'identity':
      return assumeIdentity(region, surroundings);
  }
}

async function readKeys(folder: string, { secrets }: Surroundings): Promise<AwsCredentials> {
  const secret = await readMountedSecret(folder, secrets);
  const [accessKeyId, secretAccessKey] = [secret.first(...accessKeyNames), secret.first(...secretKeyNames)];
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw missingKeys(secret, `one of ${accessKeyNames.join(', ')} and one of ${secretKeyNames.join(', ')}`);
  }
  const sessionToken = secret.first('AWS_SESSION_TOKEN');
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

/** What EKS puts into a pod: a role with a token, or an address that hands out credentials. */
const identitySchema = z.union([
  z.object({ AWS_ROLE_ARN: z.string(), AWS_WEB_IDENTITY_TOKEN_FILE: z.string() }),
  z.object({ AWS_CONTAINER_CREDENTIALS_FULL_URI: z.url(), AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: z.string() }),
]);

/** What the cloud gives to the pod. @throws FetchError where it gives nothing */
export async function assumeIdentity(region: string, surroundings: IdentitySurroundings): Promise<AwsCredentials> {
  const { environment, identityClient, secrets } = surroundings;
  const identity = identitySchema.safeParse(environment).data;
  if (identity === undefined) {
    throw new FetchError(
      'CredentialsMissing',
      'workload identity: got none in this pod, needed AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE; annotate the ServiceAccount, or name a Secret',
    );
  }
  if ('AWS_ROLE_ARN' in identity) {
    const endpoint = environment['AWS_ENDPOINT_URL_STS'] ?? `https://sts.${region}.amazonaws.com`;
    const token = secrets.remember(await readToken(identity.AWS_WEB_IDENTITY_TOKEN_FILE));
    return remember(await assumeRole(identityClient, new URL(endpoint), identity.AWS_ROLE_ARN, token), surroundings);
  }
  const token = secrets.remember(await readToken(identity.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE));
  return remember(
    await askAgent(identityClient, new URL(identity.AWS_CONTAINER_CREDENTIALS_FULL_URI), token),
    surroundings,
  );
}

function remember(credentials: AwsCredentials, { secrets }: IdentitySurroundings): AwsCredentials {
  secrets.remember(credentials.secretAccessKey);
  if (credentials.sessionToken !== undefined) secrets.remember(credentials.sessionToken);
  return credentials;
}

async function readToken(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    const message = `workload identity: cannot read the token ${path}; look at the pod`;
    throw isNativeError(error) ? new FetchError('CredentialsMissing', message, { cause: error }) : error;
  }
}

/** AssumeRoleWithWebIdentity of the Security Token Service, as IAM roles for service accounts work. */
async function assumeRole(client: HttpClient, endpoint: URL, role: string, token: string): Promise<AwsCredentials> {
  const parameters = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: role,
    RoleSessionName: 'knative-lambda-fetch',
    WebIdentityToken: token,
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = parameters.toString();
  const response = await client.send({ method: 'POST', url: endpoint, headers, body, confidential: true });
  const answer = await readText(response, maximumAnswerBytes);
  if (response.status !== 200) {
    const detail = `${readXmlText(answer, 'Code')} ${readXmlText(answer, 'Message')}`.trim();
    const reason = response.status < 500 ? 'CredentialsRefused' : 'ServerFailed';
    throw toStatusFault(`role ${role} by web identity`, response.status, detail, reason);
  }
  return {
    accessKeyId: readXmlText(answer, 'AccessKeyId'),
    secretAccessKey: readXmlText(answer, 'SecretAccessKey'),
    sessionToken: readXmlText(answer, 'SessionToken'),
  };
}

const agentAnswerSchema = z.object({ AccessKeyId: z.string(), SecretAccessKey: z.string(), Token: z.string() });

/** The agent of EKS Pod Identity on the node. */
async function askAgent(client: HttpClient, url: URL, token: string): Promise<AwsCredentials> {
  const response = await client.send({ method: 'GET', url, headers: { authorization: token }, confidential: true });
  const answer = await readText(response, maximumAnswerBytes);
  if (response.status !== 200) throw toStatusFault('pod identity', response.status, '', 'CredentialsRefused');
  const { AccessKeyId, SecretAccessKey, Token } = agentAnswerSchema.parse(JSON.parse(answer));
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token };
}
