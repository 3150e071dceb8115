import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Certificate, makeCertificate } from './certificate.ts';
import { makeWorkspace, type TestPlan, type Workspace } from './fetch-run.ts';
import { startGitServer } from './git-http-server.ts';
import { type GitRepository, makeGitRepository } from './git-repository.ts';
import { type HttpServer, startHttpServer } from './http-server.ts';

jest.setTimeout(60_000);

let workspace: Workspace;
let repository: GitRepository;
/** Protocol 2, parts of commits can be left out. */
let server: HttpServer;
/** Protocol 0, nothing but tips of branches and tags. */
let oldServer: HttpServer;
let privateServer: HttpServer;
let commits: { readonly first: string; readonly second: string };

const repositoryName = (): string => repository.folder.split('/').at(-1) ?? '';
const planOf = (origin: string, ref: string, path = ''): TestPlan => ({
  source: { type: 'git', url: `${origin}/${repositoryName()}`, ref, path },
});

beforeAll(async () => {
  workspace = await makeWorkspace();
  repository = await makeGitRepository(workspace.folder);
  const first = await repository.commit({
    'main.py': 'first',
    'hello/main.py': 'hello first',
    'hello/requirements.txt': 'requests==2.32.3',
  });
  await repository.git('tag', '--annotate', '--message=one', 'v1');
  await repository.link('hello/link.py', 'main.py');
  const second = await repository.commit({
    'main.py': 'second',
    'big.bin': 'x'.repeat(400_000),
    'hello/lib/a.py': 'a',
  });
  await repository.git('branch', 'feature/x');
  commits = { first, second };
  const { folder } = workspace;
  const settings = ['uploadpack.allowFilter=true'];
  [server, oldServer, privateServer] = await Promise.all([
    startGitServer({ folder, settings }),
    startGitServer({ folder, old: true }),
    startGitServer({ folder, login: 'x-access-token:s3cret-token' }),
  ]);
});

afterAll(async () => {
  await Promise.all([server.stop(), oldServer.stop(), privateServer.stop()]);
  await workspace.remove();
});

describe.each(['protocol 2', 'protocol 0'])('git over HTTP, %s', (protocol) => {
  const origin = (): string => (protocol === 'protocol 2' ? server.origin : oldServer.origin);

  test('resolves branch, tag, commit and the beginning of a commit', async () => {
    const refs = ['main', 'feature/x', 'refs/heads/main', 'v1', commits.first, commits.first.slice(0, 8)];
    const runs = await Promise.all(refs.map((ref) => workspace.resolve(planOf(origin(), ref))));
    const { first, second } = commits;
    expect(runs.map(({ answer }) => answer)).toEqual(
      [second, second, second, first, first, first].map((value) => ({
        outcome: 'resolved',
        version: { kind: 'commit', value },
      })),
    );
  });

  test('fetches a branch, whole', async () => {
    const { answer, code, context, leftOvers } = await workspace.fetch(planOf(origin(), 'main'));
    expect(answer).toMatchObject({ outcome: 'fetched', version: { kind: 'commit', value: commits.second }, files: 6 });
    expect(context).toEqual({
      'app/main.py': 'second',
      'app/big.bin': 'x'.repeat(400_000),
      'app/hello/main.py': 'hello first',
      'app/hello/requirements.txt': 'requests==2.32.3',
      'app/hello/link.py': '-> main.py',
      'app/hello/lib/a.py': 'a',
    });
    expect([code, leftOvers]).toEqual([0, []]);
  });

  test('fetches the commit that was resolved, not what the branch is now', async () => {
    const expected = { kind: 'commit', value: commits.first } as const;
    const { context } = await workspace.fetch({ ...planOf(origin(), 'main'), expected });
    expect(context).toMatchObject({ 'app/main.py': 'first' });
  });

  test('fetches one folder, and one file under the name of a main file', async () => {
    const folder = await workspace.fetch(planOf(origin(), 'main', 'hello/'));
    expect(Object.keys(folder.context ?? {})).toEqual(
      expect.arrayContaining(['app/main.py', 'app/lib/a.py', 'app/link.py', 'app/requirements.txt']),
    );
    const file = await workspace.fetch(planOf(origin(), 'v1', 'hello/requirements.txt'));
    expect(file.context).toEqual({ 'app/main.py': 'requests==2.32.3' });
  });

  test('fails on a ref that is nothing, naming those that are', async () => {
    const { answer, code, context } = await workspace.fetch(planOf(origin(), 'mian'));
    expect(answer).toMatchObject({ outcome: 'failed', reason: 'NotFound', retryable: false });
    expect(answer).toHaveProperty('message', expect.stringContaining('mian, which is no branch, tag or commit'));
    expect(answer).toHaveProperty('message', expect.stringContaining('feature/x, main, v1'));
    expect([code, context]).toEqual([2, undefined]);
  });

  test('fails on a commit that is gone, so that the ref is resolved again', async () => {
    const expected = { kind: 'commit', value: '1234567890'.repeat(4) } as const;
    const { answer, code } = await workspace.fetch({ ...planOf(origin(), 'main'), expected });
    expect(answer).toMatchObject({ outcome: 'failed', reason: 'SourceChanged', retryable: true });
    expect(code).toBe(3);
  });
});

test('leaves out what a function in a folder does not need', async () => {
  const limits = { downloadBytes: 20_000, fileBytes: 1000 };
  const { context } = await workspace.fetch({ ...planOf(server.origin, 'main', 'hello'), limits });
  expect(context).toMatchObject({ 'app/main.py': 'hello first' });
});

test('fails on a file that is too large', async () => {
  const { answer, context, leftOvers } = await workspace.fetch({
    ...planOf(server.origin, 'main'),
    limits: { fileBytes: 1000 },
  });
  expect(answer).toMatchObject({ reason: 'TooLarge', message: expect.stringContaining('400000 bytes, allowed 1000') });
  expect([context, leftOvers]).toEqual([undefined, []]);
});

test('fails on a path that the commit has not, naming what it has', async () => {
  const { answer } = await workspace.fetch(planOf(server.origin, 'main', 'helo'));
  expect(answer).toMatchObject({ reason: 'NotFound', message: expect.stringContaining('big.bin, hello, main.py') });
});

describe('a private repository', () => {
  test('is read with a token', async () => {
    const folder = await workspace.mount({ 'github-token': 's3cret-token\n' });
    const { context } = await workspace.fetch({
      ...planOf(privateServer.origin, 'main'),
      credentials: { kind: 'secret', folder },
    });
    expect(context).toMatchObject({ 'app/main.py': 'second' });
  });

  test('fails without credentials, with wrong ones, and with a Secret that has none', async () => {
    const wrong = await workspace.mount({ username: 'me', password: 'wrong-password' });
    const other = await workspace.mount({ accesskey: 'x' });
    const plan = planOf(privateServer.origin, 'main');
    const runs = await Promise.all([
      workspace.fetch(plan),
      workspace.fetch({ ...plan, credentials: { kind: 'secret', folder: wrong } }),
      workspace.fetch({ ...plan, credentials: { kind: 'secret', folder: other } }),
    ]);
    expect(runs.map(({ answer }) => answer)).toMatchObject([
      { reason: 'CredentialsMissing', message: expect.stringContaining('it is private or does not exist') },
      { reason: 'CredentialsRefused' },
      { reason: 'CredentialsMissing', message: expect.stringContaining('got accesskey, needed username and password') },
    ]);
  });
});

describe('a repository over TLS', () => {
  let certificate: Certificate;
  let secure: HttpServer;

  beforeAll(async () => {
    certificate = await makeCertificate();
    secure = await startGitServer({ folder: workspace.folder, certificate });
  });

  afterAll(() => secure.stop());

  test('is read with the authority that is in the Secret', async () => {
    const folder = await workspace.mount({ 'ca.crt': certificate.cert });
    const { answer, context } = await workspace.fetch({
      ...planOf(secure.origin, 'v1'),
      credentials: { kind: 'secret', folder },
    });
    expect(answer).toMatchObject({ outcome: 'fetched' });
    expect(context).toMatchObject({ 'app/main.py': 'first' });
  });

  test('fails with a certificate that nobody vouches for', async () => {
    const { answer } = await workspace.fetch(planOf(secure.origin, 'v1'));
    expect(answer).toMatchObject({ reason: 'CertificateRefused', message: expect.stringContaining('ca.crt') });
  });

  test('fails when it redirects to a server without TLS', async () => {
    const downgrade = await startHttpServer((request, response) => {
      response.writeHead(301, { location: `${server.origin}${request.url}` }).end();
    }, certificate);
    const folder = await workspace.mount({ 'ca.crt': certificate.cert });
    const { answer } = await workspace.fetch({
      ...planOf(downgrade.origin, 'v1'),
      credentials: { kind: 'secret', folder },
    });
    await downgrade.stop();
    expect(answer).toMatchObject({ reason: 'RedirectRefused', message: expect.stringContaining('allowed https') });
  });
});

test('a repository that has moved is read at its new place', async () => {
  const old = await startHttpServer((request, response) => {
    response.writeHead(301, { location: `${server.origin}${request.url?.replace('/old/', '/')}` }).end();
  });
  const { context } = await workspace.fetch(planOf(`${old.origin}/old`, 'v1'));
  await old.stop();
  expect(context).toMatchObject({ 'app/main.py': 'first' });
});

test('history that git has packed with deltas is read', async () => {
  const packed = await makeGitRepository(workspace.folder);
  const lines = Array.from({ length: 400 }, (_, index) => `line ${index} ${index ** 3}`);
  for (let change = 0; change < 5; change += 1) {
    await packed.commit({ 'main.py': [...lines.slice(0, change * 50), `change ${change}`, ...lines].join('\n') });
  }
  const first = await packed.git('rev-list', '--max-parents=0', 'HEAD');
  await packed.git('repack', '-adfq', '--depth=50', '--window=50');
  const name = packed.folder.split('/').at(-1) ?? '';
  // only the whole history, with its deltas, leads an old server to a commit that is no tip
  const { context } = await workspace.fetch({
    source: { type: 'git', url: `${oldServer.origin}/${name}`, ref: first.slice(0, 7) },
  });
  expect(context).toEqual({ 'app/main.py': ['change 0', ...lines].join('\n') });
});

test.each([
  ['ssh://git@github.com/a/b', 'ssh is not supported; write https://'],
  ['git@github.com:a/b.git', 'ssh is not supported; write https://'],
  ['git://github.com/a/b', 'git:// proves neither server nor content'],
  ['https://me:s3cret-password@github.com/a/b', 'got credentials in the URL'],
  ['file:///etc', 'allowed is https://'],
])('fails on %s', async (url, message) => {
  const { answer, printed } = await workspace.fetch({ source: { type: 'git', url, ref: 'main' } });
  expect(answer).toMatchObject({ reason: 'Unsupported', message: expect.stringContaining(message) });
  expect(printed).not.toContain('s3cret-password');
});

test('fails with credentials on an unencrypted connection to a host that is not trusted', async () => {
  const folder = await workspace.mount({ token: 's3cret-token' });
  const plan = { ...planOf('http://git.example.com', 'main'), credentials: { kind: 'secret', folder } } as const;
  expect((await workspace.fetch(plan)).answer).toMatchObject({ reason: 'Unsupported' });
});

test('fails on a page that is no repository', async () => {
  const page = await startHttpServer((_request, response) => void response.end('<html>log in</html>'));
  const { answer } = await workspace.fetch(planOf(page.origin, 'main'));
  await page.stop();
  expect(answer).toMatchObject({ reason: 'NotFound', message: expect.stringContaining('is no git repository') });
});
