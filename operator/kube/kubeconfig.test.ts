import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeClock } from './fake-clock.ts';
import { kubeconfigPaths, readKubeconfig } from './kubeconfig.ts';

let folder: string;
const clock = new FakeClock();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'knative-lambda-kubeconfig-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

interface Config {
  readonly cluster?: object;
  readonly user?: object;
  readonly contexts?: readonly object[];
  readonly current?: string;
}

function write(name: string, { cluster = {}, user = { token: 't' }, contexts, current = name }: Config): string {
  const path = join(folder, name);
  const config = {
    clusters: [{ name, cluster: { server: `https://${name}.example`, ...cluster } }],
    users: [{ name, user }],
    contexts: contexts ?? [{ name, context: { cluster: name, user: name } }],
    'current-context': current,
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

describe('a kubeconfig', () => {
  test('is looked for where kubectl looks', () => {
    expect(kubeconfigPaths({ KUBECONFIG: '/a:/b' })).toEqual(['/a', '/b']);
    expect(kubeconfigPaths({})).toEqual([join(homedir(), '.kube', 'config')]);
  });

  test('names server, authority and user', async () => {
    const authority = { 'certificate-authority-data': Buffer.from('authority').toString('base64') };
    const path = write('one', { cluster: { ...authority, 'tls-server-name': 'inner' } });
    const { credentials, ...connection } = await readKubeconfig({ paths: [path], clock });
    expect(connection).toEqual({
      server: 'https://one.example',
      tls: { ca: 'authority', cert: undefined, key: undefined, serverName: 'inner', insecure: false },
    });
    await expect(credentials.headers()).resolves.toEqual({ authorization: 'Bearer t' });
    await expect(credentials.renew()).resolves.toBe(false);
  });

  test('in two files has the current context of the first, and may be told another', async () => {
    const paths = [write('one', {}), write('two', { user: { username: 'u', password: 'p' } })];
    await expect(readKubeconfig({ paths, clock })).resolves.toMatchObject({ server: 'https://one.example' });
    const two = await readKubeconfig({ paths, context: 'two', clock });
    expect(two.server).toBe('https://two.example');
    await expect(two.credentials.headers()).resolves.toMatchObject({ authorization: 'Basic dTpw' });
  });

  test('has the token that its plugin prints', async () => {
    const status = { token: 'printed', expirationTimestamp: '2999-01-01T00:00:00Z' };
    const answer = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status };
    const exec = { apiVersion: answer.apiVersion, command: 'printf', args: ['%s', JSON.stringify(answer)] };
    const { credentials } = await readKubeconfig({ paths: [write('one', { user: { exec } })], clock });
    await expect(credentials.headers()).resolves.toMatchObject({ authorization: 'Bearer printed' });
  });
});

describe('fails', () => {
  test.each<{ name: string; config: Config; context?: string; message: RegExp }>([
    { name: 'on an unknown context', config: {}, context: 'prod', message: /got context prod, allowed one$/ },
    { name: 'without a context', config: { contexts: [], current: '' }, message: /got context none, allowed none$/ },
    {
      name: 'on a context without its cluster',
      config: { contexts: [{ name: 'one', context: { cluster: 'lost', user: 'one' } }] },
      message: /context one names cluster lost, which is not there$/,
    },
    {
      name: 'on a context without its user',
      config: { contexts: [{ name: 'one', context: { cluster: 'one', user: 'lost' } }] },
      message: /context one names user lost, which is not there$/,
    },
    {
      name: 'on a proxy',
      config: { cluster: { 'proxy-url': 'http://proxy.example' } },
      message: /cluster one has a proxy-url, allowed none/,
    },
    {
      name: 'on a plugin that is not there',
      config: { user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './no-plugin' } } },
      message: /credentials of user one cannot be had: .*; see that kubectl can use them$/,
    },
    {
      name: 'on a file of certificates that cannot be read',
      config: { cluster: { 'certificate-authority': 'missing.crt' } },
      message: /credentials of user one cannot be had: ENOENT/,
    },
  ])('$name', async ({ config, context, message }) => {
    const attempt = readKubeconfig({ paths: [write('one', config)], context, clock });
    await expect(attempt).rejects.toThrow(message);
  });

  test('on a file that cannot be read, or is none', async () => {
    const missing = join(folder, 'missing');
    await expect(readKubeconfig({ paths: [missing], clock })).rejects.toThrow(
      /^kubeconfig .*missing: cannot be used: ENOENT.*; name a readable one in KUBECONFIG$/,
    );
    const broken = join(folder, 'broken');
    writeFileSync(broken, 'contexts: [');
    await expect(readKubeconfig({ paths: [broken], clock })).rejects.toThrow(/^kubeconfig .*broken: cannot be used/);
  });
});
