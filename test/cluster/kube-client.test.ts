import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { KubeClient } from '../../operator/kube/client.ts';
import { systemClock } from '../../operator/kube/clock.ts';
import { Informers } from '../../operator/kube/informers.ts';
import { readKubeconfig } from '../../operator/kube/kubeconfig.ts';
import type { KubernetesObject } from '../../operator/kube/object.ts';
import type { Resource } from '../../operator/kube/resource.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';

interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

const configMaps: Resource<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};
const fieldManager = 'kube-client-test';
const patience = { timeoutMs: 10_000 };

let controlPlane: ControlPlane;
let client: KubeClient;

beforeAll(async () => {
  controlPlane = await startControlPlane({ controllerManager: false });
  const connection = await readKubeconfig({ paths: [controlPlane.kubeconfig], clock: systemClock });
  client = new KubeClient(connection, { clock: systemClock });
}, 60_000);

let stopping: AbortController;

beforeEach(() => {
  stopping = new AbortController();
});

afterEach(() => stopping.abort());

afterAll(async () => {
  await client.close();
  await controlPlane.stop();
});

const configMap = (name: string, data: Readonly<Record<string, string>> = {}) => ({
  metadata: { name, namespace: 'default' },
  data,
});

describe('the client', () => {
  test('applies, reads and deletes an object', async () => {
    const applied = await client.apply(configMaps, configMap('round-trip', { key: 'value' }), { fieldManager });
    expect(applied).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { key: 'value' } });
    expect(applied.metadata).not.toHaveProperty('managedFields');
    const reference = { namespace: 'default', name: 'round-trip' };
    await expect(client.get(configMaps, reference)).resolves.toEqual(applied);
    await client.delete(configMaps, reference);
    await expect(client.get(configMaps, reference)).rejects.toMatchObject({ status: 404, reason: 'NotFound' });
  });
});

describe('the informer', () => {
  test('follows a kind by list and watch', async () => {
    await client.apply(configMaps, configMap('first'), { fieldManager });
    const informers = new Informers({ client, clock: systemClock, random: Math.random });
    const informer = informers.of(configMaps, { namespaces: ['default'] });
    const running = informers.run(stopping.signal);
    await informer.whenSynced(stopping.signal);
    expect(informer.cache.get('default/first')).toMatchObject({ kind: 'ConfigMap' });
    await client.apply(configMaps, configMap('second', { key: 'value' }), { fieldManager });
    await eventually(() => informer.cache.get('default/second')?.data?.['key'] === 'value', patience);
    await client.delete(configMaps, { namespace: 'default', name: 'first' });
    await eventually(() => informer.cache.get('default/first') === undefined, patience);
    stopping.abort();
    await running;
  });
});
