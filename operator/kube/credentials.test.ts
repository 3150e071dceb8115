import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isInCluster, readInClusterConnection } from './credentials.ts';
import { FakeClock } from './fake-clock.ts';

let folder: string;
let clock: FakeClock;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'knative-lambda-credentials-'));
  clock = new FakeClock();
  writeFileSync(join(folder, 'ca.crt'), 'authority');
  writeFileSync(join(folder, 'token'), 'first\n');
});

afterEach(() => rmSync(folder, { recursive: true }));

const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };

describe('in a cluster', () => {
  test('the connection is that of the pod', async () => {
    const connection = await readInClusterConnection({ environment, clock, folder });
    expect(connection).toMatchObject({ server: 'https://[fd00::1]:6443', tls: { ca: 'authority' } });
    expect([isInCluster(environment), isInCluster({})]).toEqual([true, false]);
  });

  test('a token that was replaced is used after 10 s', async () => {
    const { credentials } = await readInClusterConnection({ environment, clock, folder });
    writeFileSync(join(folder, 'token'), 'second');
    await clock.advance(9999);
    await expect(credentials.headers()).resolves.toEqual({ authorization: 'Bearer first' });
    await clock.advance(1);
    await expect(credentials.headers()).resolves.toEqual({ authorization: 'Bearer second' });
  });

  test('a token that was refused is used again only when it was replaced', async () => {
    const { credentials } = await readInClusterConnection({ environment, clock, folder });
    await expect(credentials.renew()).resolves.toBe(false);
    writeFileSync(join(folder, 'token'), 'second');
    await expect(credentials.renew()).resolves.toBe(true);
    await expect(credentials.headers()).resolves.toEqual({ authorization: 'Bearer second' });
  });

  test('fails without a token', async () => {
    rmSync(join(folder, 'token'));
    const attempt = readInClusterConnection({ environment, clock, folder });
    await expect(attempt).rejects.toThrow(/token: ENOENT.*; the pod needs its ServiceAccount's token mounted$/);
  });

  test('fails outside of a pod', async () => {
    await expect(readInClusterConnection({ environment: {}, clock, folder })).rejects.toThrow('does not run in a pod');
  });
});
