import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { bucket, type CloudStorage, startCloudStorage } from './cloud-storage.ts';
import { makeWorkspace, type TestPlan, type Workspace } from './fetch-run.ts';
import { makeTarGz } from './tar-file.ts';

jest.setTimeout(60_000);

let workspace: Workspace;
let storage: CloudStorage;
let credentials: { readonly kind: 'secret'; readonly folder: string };

const planOf = (key: string): TestPlan => ({
  source: { type: 'gcs', endpoint: storage.server.origin, bucket, key },
  credentials,
});

beforeAll(async () => {
  [workspace, storage] = await Promise.all([makeWorkspace(), startCloudStorage()]);
  credentials = { kind: 'secret', folder: await workspace.mount({ 'key.json': storage.serviceAccountKey }) };
});

afterAll(async () => {
  await storage.server.stop();
  await workspace.remove();
});

describe('Cloud Storage', () => {
  test('reads an object with the key of a service account, and resolves its generation', async () => {
    const generation = storage.put('hello.py', 'print(1)');
    const version = { kind: 'generation', value: generation };
    expect(await workspace.resolve(planOf('hello.py'))).toMatchObject({ code: 0, answer: { version } });
    const { answer, context } = await workspace.fetch(planOf('hello.py'));
    expect(answer).toEqual({ outcome: 'fetched', version, files: 1, bytes: 8 });
    expect(context).toEqual({ 'app/main.py': 'print(1)' });
  });

  test('reads with the identity of the pod', async () => {
    storage.put('identity.py', 'i');
    const environment = { GCE_METADATA_HOST: new URL(storage.server.origin).host };
    const { context } = await workspace.fetch(
      { ...planOf('identity.py'), credentials: { kind: 'identity' } },
      { environment },
    );
    expect(context).toEqual({ 'app/main.py': 'i' });
  });

  test('reads an archive, from the folder that holds the main file', async () => {
    const entries = { 'repo-1/README.md': 'r', 'repo-1/fn/main.py': 'm', 'repo-1/fn/requirements.txt': 'q' };
    storage.put('code.tgz', await makeTarGz(Object.entries(entries).map(([name, content]) => ({ name, content }))));
    const { context } = await workspace.fetch(planOf('code.tgz'));
    expect(context).toEqual({ 'app/main.py': 'm', 'app/requirements.txt': 'q' });
  });

  test('reads all objects under a prefix, page by page, and knows when one of them changed', async () => {
    for (const [key, content] of Object.entries({ 'main.py': 'm', 'a.py': 'a', 'lib/b.py': 'b', 'lib/': '' })) {
      storage.put(`many/${key}`, content);
    }
    const { answer } = await workspace.resolve(planOf('many/'));
    if (answer.outcome !== 'resolved') throw new Error('not resolved');
    const plan = { ...planOf('many/'), expected: answer.version };
    expect((await workspace.fetch(plan)).context).toEqual({
      'app/main.py': 'm',
      'app/a.py': 'a',
      'app/lib/b.py': 'b',
    });
    storage.put('many/a.py', 'a');
    expect((await workspace.fetch(plan)).answer).toMatchObject({ reason: 'SourceChanged', retryable: true });
  });

  test('fails on an object that is not the generation that was resolved', async () => {
    const value = storage.put('moved.py', 'old');
    storage.put('moved.py', 'new');
    const plan: TestPlan = { ...planOf('moved.py'), expected: { kind: 'generation', value } };
    const { answer, context, leftOvers } = await workspace.fetch(plan);
    expect(answer).toMatchObject({ reason: 'SourceChanged', retryable: true });
    expect([context, leftOvers]).toEqual([undefined, []]);
  });

  test('fails on content that has another digest than the server states', async () => {
    storage.put('broken.py', 'print(1)');
    storage.corruptNext();
    expect((await workspace.fetch(planOf('broken.py'))).answer).toMatchObject({ reason: 'Truncated', retryable: true });
  });

  test('fails on what is not there, with nobody asking, and with a Secret that holds no key', async () => {
    const other = await workspace.mount({ 'key.json': '{"type":"authorized_user"}' });
    const runs = await Promise.all([
      workspace.fetch(planOf('nothing.py')),
      workspace.fetch(planOf('nothing/')),
      workspace.fetch({ ...planOf('hello.py'), credentials: { kind: 'none' } }),
      workspace.fetch({ ...planOf('hello.py'), credentials: { kind: 'secret', folder: other } }),
    ]);
    expect(runs.map(({ answer }) => answer)).toMatchObject([
      { reason: 'NotFound', message: expect.stringContaining('No such object: code/nothing.py') },
      { reason: 'NotFound', message: expect.stringContaining('no objects under this key') },
      { reason: 'CredentialsRefused' },
      { reason: 'CredentialsMissing', message: expect.stringContaining('JSON key of a service account') },
    ]);
  });

  test('fails with a key that the account does not know, and shows nothing of it', async () => {
    const strange: unknown = JSON.parse((await startKey()).serviceAccountKey);
    const folder = await workspace.mount({
      'key.json': JSON.stringify(Object.assign({}, strange, { token_uri: `${storage.server.origin}/token` })),
    });
    const { answer, printed } = await workspace.fetch({
      ...planOf('hello.py'),
      credentials: { kind: 'secret', folder },
    });
    expect(answer).toMatchObject({ reason: 'CredentialsRefused', message: expect.stringContaining('invalid_grant') });
    expect(printed).not.toContain('PRIVATE KEY');
  });
});

/** A key of another Google. */
async function startKey(): Promise<CloudStorage> {
  const other = await startCloudStorage();
  await other.server.stop();
  return other;
}
