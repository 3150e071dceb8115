import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { AwsClient, AwsProperties } from '../engine/aws-client.ts';
import { objectOf, textOf } from '../engine/aws-kind.ts';
import { type AwsVariables, type Moto, startMoto } from '../engine/moto.ts';
import { makeWorkspace, type TestPlan, type Workspace, writeFiles } from './fetch-run.ts';
import { startHttpServer } from './http-server.ts';

jest.setTimeout(60_000);

const account = '123456789012';
const region = 'us-west-2';
const bucket = 'functions';

let workspace: Workspace;
let moto: Moto;
let variables: AwsVariables;
let client: AwsClient;
let reader: { readonly kind: 'secret'; readonly folder: string };
let stranger: { readonly kind: 'secret'; readonly folder: string };
let versions: { readonly old: string; readonly new: string };

const endpoint = (): string => variables['AWS_ENDPOINT_URL'] ?? '';
const sourceOf = (key: string, server: string) =>
  ({ type: 's3', endpoint: server, addressing: 'path', region, bucket, key }) as const;
const planOf = (key: string, more: Partial<TestPlan> = {}): TestPlan => ({
  source: sourceOf(key, endpoint()),
  credentials: reader,
  ...more,
});

const put = (key: string, body: string): Promise<AwsProperties> =>
  client.call('s3', 'put_object', { Bucket: bucket, Key: key, Body: body });

/** Keys of a user with a right, or without any, mounted as a Secret. */
async function mountKeys(user: string, action: string | undefined): Promise<{ kind: 'secret'; folder: string }> {
  await client.call('iam', 'create_user', { UserName: user });
  if (action !== undefined) {
    await client.call('iam', 'put_user_policy', { UserName: user, PolicyName: 'p', PolicyDocument: allow(action) });
  }
  const { AccessKey } = await client.call('iam', 'create_access_key', { UserName: user });
  const { AccessKeyId, SecretAccessKey } = objectOf(AccessKey);
  const folder = await workspace.mount({ accesskey: textOf(AccessKeyId), secretkey: textOf(SecretAccessKey) });
  return { kind: 'secret', folder };
}

const allow = (action: string): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] });

/** From here on moto checks signatures and rights, after so many calls. */
async function checkLogins(after: number): Promise<void> {
  const answer = await fetch(`${endpoint()}/moto-api/reset-auth`, { method: 'POST', body: String(after) });
  if (!answer.ok) throw new Error(`moto: got ${answer.status} for reset-auth`);
}

beforeAll(async () => {
  [workspace, moto] = await Promise.all([makeWorkspace(), startMoto()]);
  variables = await moto.logIn(account);
  client = moto.connect(variables);
  const location = { LocationConstraint: region };
  await client.call('s3', 'create_bucket', { Bucket: bucket, CreateBucketConfiguration: location });
  await put('plain.py', 'plain');
  await put("odd/it's (a) + b!*~.py", 'odd');
  await put('odd/main.py', 'main');
  await client.call('s3', 'put_bucket_versioning', { Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } });
  const [first, second] = [await put('hello.py', 'old'), await put('hello.py', 'new')];
  versions = { old: textOf(first['VersionId']), new: textOf(second['VersionId']) };
  reader = await mountKeys('reader', 's3:*');
  stranger = await mountKeys('stranger', undefined);
  await client.call('iam', 'create_role', { RoleName: 'fetch', AssumeRolePolicyDocument: allow('sts:*') });
  await client.call('iam', 'put_role_policy', { RoleName: 'fetch', PolicyName: 'p', PolicyDocument: allow('s3:*') });
  await checkLogins(0);
});

afterAll(async () => {
  client.close();
  await moto.stop();
  await workspace.remove();
});

describe('S3', () => {
  test('resolves the version id, and the ETag of what has none', async () => {
    expect((await workspace.resolve(planOf('hello.py'))).answer).toEqual({
      outcome: 'resolved',
      version: { kind: 'versionId', value: versions.new },
    });
    expect((await workspace.resolve(planOf('plain.py'))).answer).toMatchObject({
      version: { kind: 'etag', value: expect.stringMatching(/^"[0-9a-f]{32}"$/) },
    });
  });

  test('reads the version that was resolved, not what the object is now', async () => {
    const expected = { kind: 'versionId', value: versions.old } as const;
    const { answer, context } = await workspace.fetch(planOf('hello.py', { expected }));
    expect(answer).toMatchObject({ outcome: 'fetched', version: expected });
    expect(context).toEqual({ 'app/main.py': 'old' });
  });

  test('reads all objects under a prefix, whatever their keys are', async () => {
    const { context } = await workspace.fetch(planOf('odd/'));
    expect(context).toEqual({ 'app/main.py': 'main', "app/it's (a) + b!*~.py": 'odd' });
  });

  test('fails on an ETag that is not that of the object any more', async () => {
    const expected = { kind: 'etag', value: '"00000000000000000000000000000000"' } as const;
    const { answer, code } = await workspace.fetch(planOf('plain.py', { expected }));
    expect(answer).toMatchObject({ reason: 'SourceChanged', retryable: true });
    expect(code).toBe(3);
  });

  test('fails on what is not there', async () => {
    const runs = await Promise.all([workspace.fetch(planOf('nothing.py')), workspace.fetch(planOf('nothing/'))]);
    expect(runs.map(({ answer }) => answer)).toMatchObject([{ reason: 'NotFound' }, { reason: 'NotFound' }]);
  });
});

describe('access to S3', () => {
  test('fails with a wrong key, with one that nobody knows, and without the right', async () => {
    const accesskey = await readFile(`${reader.folder}/accesskey`, 'utf8');
    const wrong = await workspace.mount({ accesskey, secretkey: 'not-the-secret' });
    const unknown = await workspace.mount({ accesskey: 'AKIAUNKNOWN', secretkey: 'not-the-secret' });
    const all = [{ kind: 'secret', folder: wrong }, { kind: 'secret', folder: unknown }, stranger] as const;
    const runs = await Promise.all(all.map((credentials) => workspace.fetch(planOf('hello.py', { credentials }))));
    expect(runs.map(({ answer }) => answer)).toMatchObject([
      { reason: 'CredentialsRefused', message: expect.stringContaining('SignatureDoesNotMatch') },
      { reason: 'CredentialsRefused', message: expect.stringContaining('InvalidAccessKeyId') },
      { reason: 'Forbidden' },
    ]);
  });

  test('fails with a Secret without keys, naming those that it has', async () => {
    const folder = await workspace.mount({ token: 'x' });
    const { answer } = await workspace.fetch(planOf('hello.py', { credentials: { kind: 'secret', folder } }));
    expect(answer).toMatchObject({
      reason: 'CredentialsMissing',
      message: expect.stringContaining('got token, needed'),
    });
  });

  test('comes from the identity of the pod, by web identity', async () => {
    await writeFiles(workspace.folder, { token: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJzYSJ9.' });
    const environment = {
      AWS_ROLE_ARN: `arn:aws:iam::${account}:role/fetch`,
      AWS_WEB_IDENTITY_TOKEN_FILE: `${workspace.folder}/token`,
      AWS_ENDPOINT_URL_STS: endpoint(),
    };
    // the token is not signed by anybody; what is asked for with the role's keys is checked
    await checkLogins(1);
    const run = await workspace.fetch(planOf('hello.py', { credentials: { kind: 'identity' } }), { environment });
    await checkLogins(0);
    expect(run.answer).toMatchObject({ outcome: 'fetched' });
    expect(run.context).toEqual({ 'app/main.py': 'new' });
  });

  test('comes from the agent of EKS Pod Identity', async () => {
    const agent = await startHttpServer((request, response) => {
      const isKnown = request.headers.authorization === 'agent-token';
      response.writeHead(isKnown ? 200 : 401);
      response.end(JSON.stringify({ AccessKeyId: 'ASIA', SecretAccessKey: 'agent-secret', Token: 'session' }));
    });
    await writeFiles(workspace.folder, { 'agent-token': 'agent-token\n' });
    const environment = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.origin}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: `${workspace.folder}/agent-token`,
    };
    const run = await workspace.fetch(planOf('hello.py', { credentials: { kind: 'identity' } }), { environment });
    await agent.stop();
    // moto does not know keys that it did not give out, but it was asked with them
    expect(run.answer).toMatchObject({ reason: 'CredentialsRefused' });
    expect(agent.requests).toEqual(['GET /v1/credentials']);
  });

  test('fails without an identity', async () => {
    const { answer } = await workspace.fetch(planOf('hello.py', { credentials: { kind: 'identity' } }));
    expect(answer).toMatchObject({
      reason: 'CredentialsMissing',
      message: expect.stringContaining('annotate the ServiceAccount'),
    });
  });
});

/** One page of a listing, and where the next begins. */
const page = (names: readonly string[], next: string): string =>
  `<?xml version="1.0"?><ListBucketResult><IsTruncated>${next !== ''}</IsTruncated>${names
    .map((name) => `<Contents><Key>many%2F${name}</Key><ETag>&quot;e&quot;</ETag><Size>1</Size></Contents>`)
    .join('')}<NextContinuationToken>${next}</NextContinuationToken></ListBucketResult>`;

test('a long listing is read page by page', async () => {
  const server = await startHttpServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server');
    if (pathname !== '/functions') response.writeHead(200, { etag: '"e"' }).end('x');
    else if (searchParams.get('continuation-token') === '1+/=') response.end(page(['b.py'], ''));
    else response.end(page(['main.py', 'a.py'], '1+/='));
  });
  const { context } = await workspace.fetch({ source: sourceOf('many/', server.origin) });
  await server.stop();
  expect(context).toEqual({ 'app/main.py': 'x', 'app/a.py': 'x', 'app/b.py': 'x' });
});
