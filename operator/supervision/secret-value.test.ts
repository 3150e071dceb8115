import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { KubeClient } from '../kube/client.ts';
import { bearerToken } from '../kube/connection.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import { readSecrets } from './secret-value.ts';
import { Standin } from './stand-in.ts';

const api = new Standin();
let client: KubeClient;
beforeAll(async () => {
  const server = await api.listen();
  client = new KubeClient({ server, tls: {}, credentials: bearerToken('t') }, { clock: new FakeClock() });
});
afterAll(async () => {
  await client.close();
  api.close();
});

const asked = { namespace: 'agents', name: 'slack', key: 'signing' };
const lent = { 'lambda.knative.io/usable-by': 'functions' };

function secretIs(labels: object, data: object = { signing: Buffer.from('value\n').toString('base64') }): void {
  const metadata = { name: 'slack', namespace: 'agents', uid: 'u', resourceVersion: '1', labels };
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata, data });
  api.answer = () => ({ status: 200, body });
}

test('the value of a key is read where the owner of the Secret has lent it', async () => {
  secretIs(lent);
  expect(await readSecrets(client, true)(asked)).toBe('value');
  expect(api.received.at(-1)?.line).toBe('GET /api/v1/namespaces/agents/secrets/slack');
});

test('fails for a Secret that is not lent: who writes an agent may not read it', async () => {
  secretIs({});
  await expect(readSecrets(client, true)(asked)).rejects.toThrow(
    'Secret agents/slack is not labelled lambda.knative.io/usable-by: functions',
  );
  expect(await readSecrets(client, false)(asked)).toBe('value');
});

test('fails for a key that is not there, and says nothing of the others', async () => {
  secretIs(lent, { other: Buffer.from('hidden').toString('base64') });
  await expect(readSecrets(client, true)(asked)).rejects.toThrow(
    new Error('Secret agents/slack has no key signing; add it'),
  );
});
