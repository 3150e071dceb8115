import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { Change } from '../../operator/kube/change.ts';
import { KubeClient } from '../../operator/kube/client.ts';
import { systemClock } from '../../operator/kube/clock.ts';
import { bearerToken, type Connection } from '../../operator/kube/connection.ts';
import { Informers } from '../../operator/kube/informers.ts';
import { readKubeconfig } from '../../operator/kube/kubeconfig.ts';
import type { KubernetesObject } from '../../operator/kube/object.ts';
import { metadataOnly } from '../../operator/kube/resource-path.ts';
import type { Resource } from '../../operator/kube/resource.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';

interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

const core = { group: '', version: 'v1', namespaced: true } as const;
const configMaps: Resource<ConfigMap> = { ...core, kind: 'ConfigMap', plural: 'configmaps' };
const secrets: Resource = { ...core, kind: 'Secret', plural: 'secrets' };
const gadgets: Resource = { group: 'example.com', version: 'v1', kind: 'Gadget', plural: 'gadgets', namespaced: true };
const options = { fieldManager: 'informers-test' };

let controlPlane: ControlPlane;
let connection: Connection;
let client: KubeClient;
let stopping: AbortController;
const ending: (() => Promise<void>)[] = [];

beforeAll(async () => {
  controlPlane = await startControlPlane({ controllerManager: false });
  connection = await readKubeconfig({ paths: [controlPlane.kubeconfig], clock: systemClock });
  client = new KubeClient(connection, { clock: systemClock });
  for (const name of ['one', 'two', 'three']) {
    await controlPlane.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
});

afterAll(async () => {
  await client.close();
  await controlPlane.stop();
});

beforeEach(() => {
  stopping = new AbortController();
});

afterEach(async () => {
  stopping.abort();
  await Promise.all(ending.splice(0).map((end) => end()));
});

const informersOf = (of: KubeClient): Informers =>
  new Informers({ client: of, clock: systemClock, random: Math.random });

function run(informers: Informers): void {
  const running = informers.run(stopping.signal);
  ending.push(() => running);
}

function connect(changes: Partial<Connection>): KubeClient {
  const other = new KubeClient({ ...connection, ...changes }, { clock: systemClock });
  ending.push(() => other.close());
  return other;
}

const put = (namespace: string, name: string, more: object = {}) =>
  client.apply(configMaps, { metadata: { namespace, name, ...more }, data: { key: name } }, options);

const tokenSchema = z.looseObject({ status: z.looseObject({ token: z.string() }) });

async function makeAccount(name: string): Promise<string> {
  await controlPlane.admin.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'one' } });
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
  const answer = await controlPlane.admin.post(`/api/v1/namespaces/one/serviceaccounts/${name}/token`, request);
  return tokenSchema.parse(answer).status.token;
}

async function allow(account: string, resource: string): Promise<void> {
  const group = 'rbac.authorization.k8s.io';
  const metadata = { name: `${account}-${resource}`, namespace: 'one' };
  const rules = [{ apiGroups: [''], resources: [resource], verbs: ['get', 'list', 'watch'] }];
  await controlPlane.admin.create({ apiVersion: `${group}/v1`, kind: 'Role', metadata, rules });
  const roleRef = { apiGroup: group, kind: 'Role', name: metadata.name };
  const subjects = [{ kind: 'ServiceAccount', name: account, namespace: 'one' }];
  await controlPlane.admin.create({ apiVersion: `${group}/v1`, kind: 'RoleBinding', metadata, roleRef, subjects });
}

describe('an informer', () => {
  test('follows a kind by list and watch', async () => {
    await put('one', 'first', { labels: { side: 'left' } });
    const informers = informersOf(client);
    const informer = informers.of(configMaps, { namespaces: ['one'] });
    const heard: string[] = [];
    const hear = (change: Change<ConfigMap>): void => {
      const { name } = change.object.metadata;
      if (name !== 'kube-root-ca.crt') heard.push(`${change.type} ${name}${change.bulk ? ' (bulk)' : ''}`);
    };
    informer.addIndex('side', ({ metadata }) => Object.values(metadata.labels ?? {}));
    informer.onChange(hear);
    run(informers);
    await informer.whenSynced(stopping.signal);
    await put('one', 'second');
    await put('one', 'first', { labels: { side: 'right' } });
    await client.delete(configMaps, { namespace: 'one', name: 'second' });
    await eventually(() => heard.length === 4);
    expect(heard).toEqual(['added first (bulk)', 'added second', 'updated first', 'deleted second']);
    expect(informer.cache.byIndex('side', 'left')).toEqual([]);
    expect(informer.cache.byIndex('side', 'right')).toEqual([
      await client.get(configMaps, { namespace: 'one', name: 'first' }),
    ]);
  });

  test('is shared by all who ask for the same', async () => {
    const informers = informersOf(client);
    const informer = informers.of(configMaps, { namespaces: ['one', 'two'] });
    expect(informers.of(configMaps, { namespaces: ['two', 'one'] })).toBe(informer);
    expect(informers.of(configMaps, { namespaces: ['one'] })).not.toBe(informer);
    expect(informers.of(metadataOnly(configMaps), { namespaces: ['one', 'two'] })).not.toBe(informer);
    expect(informers.all).toHaveLength(3);
  });

  test('holds the objects of its namespaces and selectors alone', async () => {
    const labels = { 'kept-by': 'selectors' };
    for (const namespace of ['one', 'two', 'three']) await put(namespace, 'labelled', { labels });
    await put('one', 'unlabelled');
    const informers = informersOf(client);
    const labelSelector = 'kept-by=selectors';
    const informer = informers.of(configMaps, { namespaces: ['one', 'two'], labelSelector });
    const byField = informers.of(configMaps, { fieldSelector: 'metadata.name=unlabelled' });
    run(informers);
    await Promise.all(informers.all.map((one) => one.whenSynced(stopping.signal)));
    const keys = () => [...informer.cache.list()].map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    expect(keys().toSorted()).toEqual(['one/labelled', 'two/labelled']);
    expect([...byField.cache.list()]).toHaveLength(1);
    await put('two', 'labelled', { labels: {} });
    await eventually(() => keys().length === 1);
    await put('two', 'late', { labels });
    await eventually(() => informer.cache.get('two/late') !== undefined);
  });

  test('of metadata holds nothing of a Secret but that', async () => {
    const metadata = { name: 'hidden', namespace: 'two' };
    await controlPlane.admin.create({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { password: 'p' } });
    const informers = informersOf(client);
    const informer = informers.of(metadataOnly(secrets), { namespaces: ['two'] });
    run(informers);
    await informer.whenSynced(stopping.signal);
    await controlPlane.admin.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { ...metadata, name: 'later' },
      stringData: { password: 'p' },
    });
    await eventually(() => informer.cache.size === 2);
    const members = [...informer.cache.list()].flatMap((object) => Object.keys(object));
    expect([...new Set(members)].toSorted()).toEqual(['apiVersion', 'kind', 'metadata']);
  });
});

describe('a watch that does not get on', () => {
  test('says which right is missing, leaves the others alone, and goes on when it is granted', async () => {
    const token = await makeAccount('half-blind');
    await allow('half-blind', 'configmaps');
    const informers = informersOf(connect({ credentials: bearerToken(token) }));
    const [seen, unseen] = [configMaps, secrets].map((one) => informers.of(one, { namespaces: ['one'] }));
    run(informers);
    await seen?.whenSynced(stopping.signal);
    await eventually(() => unseen?.fault !== undefined);
    expect(unseen?.synced).toBe(false);
    expect(seen?.fault).toBeUndefined();
    expect(unseen?.fault?.message).toBe(
      'secrets in one: secrets is forbidden: User "system:serviceaccount:one:half-blind" cannot list resource "secrets" ' +
        'in API group "" in the namespace "one"; grant get, list and watch on secrets by a Role in one',
    );
    await allow('half-blind', 'secrets');
    await unseen?.whenSynced(stopping.signal);
    await eventually(() => unseen?.fault === undefined);
  });

  test('says which kind is not installed, and goes on when it is', async () => {
    const informers = informersOf(client);
    const informer = informers.of(gadgets);
    run(informers);
    await eventually(() => informer.fault !== undefined);
    expect(informer.fault?.message).toMatch(
      /^gadgets\.example\.com: .*; the server serves no gadgets in example\.com\/v1: install the CustomResourceDefinition of Gadget$/,
    );
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    await controlPlane.admin.create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'gadgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { kind: 'Gadget', plural: 'gadgets', singular: 'gadget', listKind: 'GadgetList' },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    });
    await informer.whenSynced(stopping.signal);
    await eventually(() => informer.fault === undefined);
    await client.apply(gadgets, { metadata: { namespace: 'one', name: 'new' } }, options);
    await eventually(() => informer.cache.get('one/new') !== undefined);
  });

  test.each([
    { name: 'the CA is wrong', changes: { tls: {} }, message: /self-signed certificate.*; .*check the CA/ },
    {
      name: 'the token is not valid',
      changes: { credentials: bearerToken('expired') },
      message: /Unauthorized; the token is expired/,
    },
    { name: 'nobody listens', changes: { server: 'https://127.0.0.1:1' }, message: /ECONNREFUSED/ },
  ])('says that $name', async ({ changes, message }) => {
    const informers = informersOf(connect(changes));
    const informer = informers.of(configMaps);
    run(informers);
    await eventually(() => informer.fault !== undefined);
    expect(informer.fault?.message).toMatch(message);
  });
});
