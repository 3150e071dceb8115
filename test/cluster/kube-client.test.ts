import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import {
  isAlreadyExists,
  isConflict,
  isForbidden,
  isGone,
  isInvalid,
  isNotFound,
  isUnauthorized,
} from '../../operator/kube/api-error.ts';
import { KubeClient, type ListQuery } from '../../operator/kube/client.ts';
import { systemClock } from '../../operator/kube/clock.ts';
import { bearerToken, type Connection } from '../../operator/kube/connection.ts';
import { readInClusterConnection } from '../../operator/kube/credentials.ts';
import { readKubeconfig } from '../../operator/kube/kubeconfig.ts';
import type { KubernetesObject } from '../../operator/kube/object.ts';
import { metadataOnly } from '../../operator/kube/resource-path.ts';
import type { Resource } from '../../operator/kube/resource.ts';
import { makeCertificate } from '../fetch/certificate.ts';
import { startHttpServer } from '../fetch/http-server.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

interface Parcel extends KubernetesObject {
  readonly spec: { readonly grams: number };
  readonly status?: { readonly place: string };
}

const core = { group: '', version: 'v1', namespaced: true } as const;
const configMaps: Resource<ConfigMap> = { ...core, kind: 'ConfigMap', plural: 'configmaps' };
const secrets: Resource = { ...core, kind: 'Secret', plural: 'secrets' };
const namespaces: Resource = { ...core, kind: 'Namespace', plural: 'namespaces', namespaced: false };
const parcels: Resource<Parcel> = {
  group: 'example.com',
  version: 'v1',
  kind: 'Parcel',
  plural: 'parcels',
  namespaced: true,
};
const properties = {
  spec: { type: 'object', properties: { grams: { type: 'integer' } } },
  status: { type: 'object', properties: { place: { type: 'string' } } },
};
const parcelDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'parcels.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Parcel', plural: 'parcels', singular: 'parcel', listKind: 'ParcelList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties } },
        subresources: { status: {} },
      },
    ],
  },
};
const options = { fieldManager: 'kube-client-test' };

let controlPlane: ControlPlane;
let connection: Connection;
let client: KubeClient;
let folder: string;

beforeAll(async () => {
  // on a database with a past, of which the API server does not know
  controlPlane = await startControlPlane({ controllerManager: false, crds: [parcelDefinition] });
  connection = await readKubeconfig({ paths: [controlPlane.kubeconfig], clock: systemClock });
  client = new KubeClient(connection, { clock: systemClock });
  folder = mkdtempSync(join(tmpdir(), 'knative-lambda-kube-client-'));
});

afterAll(async () => {
  await client.close();
  await controlPlane.stop();
  rmSync(folder, { recursive: true });
});

const configMap = (name: string, data: Readonly<Record<string, string>> = {}, more: object = {}) => ({
  metadata: { name, namespace: 'default', ...more },
  data,
});

/** What a promise was rejected with. */
const failureOf = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );

const tokenSchema = z.looseObject({ status: z.looseObject({ token: z.string() }) });

async function makeAccount(name: string): Promise<{ readonly token: string; remove(this: void): Promise<void> }> {
  const reference = { apiVersion: 'v1', kind: 'ServiceAccount', name, namespace: 'default' };
  await controlPlane.admin.create({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace: 'default' },
  });
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
  const answer = await controlPlane.admin.post(`/api/v1/namespaces/default/serviceaccounts/${name}/token`, request);
  return { token: tokenSchema.parse(answer).status.token, remove: () => controlPlane.admin.remove(reference) };
}

async function withToken<R>(token: string, use: (client: KubeClient) => Promise<R>): Promise<R> {
  const other = new KubeClient({ ...connection, credentials: bearerToken(token) }, { clock: systemClock });
  try {
    return await use(other);
  } finally {
    await other.close();
  }
}

describe('writing', () => {
  test('applies, reads and deletes an object', async () => {
    const applied = await client.apply(configMaps, configMap('round-trip', { key: 'value' }), options);
    expect(applied).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { key: 'value' } });
    expect(applied.metadata).not.toHaveProperty('managedFields');
    const reference = { namespace: 'default', name: 'round-trip' };
    await expect(client.get(configMaps, reference)).resolves.toEqual(applied);
    await client.delete(configMaps, reference);
    expect(isNotFound(await failureOf(client.get(configMaps, reference)))).toBe(true);
  });

  test('drops what a manager no longer applies', async () => {
    await client.apply(configMaps, configMap('shrinking', { one: '1', two: '2' }), options);
    const { data } = await client.apply(configMaps, configMap('shrinking', { one: '1' }), options);
    expect(data).toEqual({ one: '1' });
  });

  test('fails to apply a field that another manager owns, unless it is told to take it', async () => {
    await client.apply(configMaps, configMap('shared', { key: 'mine' }), options);
    const changed = configMap('shared', { key: 'yours' });
    const refusal = await failureOf(client.apply(configMaps, changed, { fieldManager: 'rival' }));
    expect(isConflict(refusal)).toBe(true);
    expect(refusal).toMatchObject({
      reason: 'Conflict',
      details: [{ reason: 'FieldManagerConflict', field: '.data.key' }],
    });
    const taken = await client.apply(configMaps, changed, { fieldManager: 'rival', force: true });
    expect(taken.data).toEqual({ key: 'yours' });
  });

  test('fails to create what is there', async () => {
    await client.create(configMaps, configMap('made'), options);
    const refusal = await failureOf(client.create(configMaps, configMap('made'), options));
    expect([isAlreadyExists(refusal), isConflict(refusal)]).toEqual([true, false]);
  });

  test('fails to replace an older version', async () => {
    const first = await client.create(configMaps, configMap('replaced', { key: '1' }), options);
    const second = await client.replace(configMaps, { ...first, data: { key: '2' } }, options);
    expect(second.data).toEqual({ key: '2' });
    const refusal = await failureOf(client.replace(configMaps, { ...first, data: { key: '3' } }, options));
    expect(isConflict(refusal)).toBe(true);
  });

  test('fails on what the API server finds invalid, and says which field', async () => {
    const refusal = await failureOf(client.create(configMaps, configMap('Capital'), options));
    expect(isInvalid(refusal)).toBe(true);
    expect(refusal).toMatchObject({ details: [{ reason: 'FieldValueInvalid', field: 'metadata.name' }] });
  });

  test('fails on an unknown field', async () => {
    const typo = { ...configMap('typo'), dta: {} };
    await expect(client.create(configMaps, typo, options)).rejects.toThrow('unknown field "dta"');
    await expect(client.apply(configMaps, typo, options)).rejects.toThrow('.dta: field not declared in schema');
  });

  test('fails for an object without the namespace that its kind needs', async () => {
    await expect(client.get(configMaps, { name: 'somewhere' })).rejects.toThrow(
      'configmaps somewhere: got no namespace, needed one',
    );
  });

  test('applies the status alone', async () => {
    const metadata = { name: 'sent', namespace: 'default' };
    await client.apply(parcels, { metadata, spec: { grams: 1 } }, options);
    await client.applyStatus(parcels, { metadata, spec: { grams: 5 }, status: { place: 'here' } }, options);
    await expect(client.get(parcels, metadata)).resolves.toMatchObject({
      spec: { grams: 1 },
      status: { place: 'here' },
    });
  });

  test('fails to delete another object of the same name', async () => {
    const { metadata } = await client.create(configMaps, configMap('kept'), options);
    const attempt = client.delete(configMaps, metadata, { preconditions: { uid: 'another' } });
    expect(isConflict(await failureOf(attempt))).toBe(true);
    await client.delete(configMaps, metadata, {
      preconditions: { uid: metadata.uid, resourceVersion: metadata.resourceVersion },
      propagationPolicy: 'Foreground',
    });
  });
});

const collect = async (query: ListQuery): Promise<{ pages: number; versions: Set<string>; names: string[] }> => {
  const found = { pages: 0, versions: new Set<string>(), names: new Array<string>() };
  for await (const page of client.list(configMaps, query)) {
    found.pages += 1;
    found.versions.add(page.resourceVersion);
    found.names.push(...page.items.map(({ metadata }) => metadata.name));
  }
  return found;
};

/** Until an error or the end. */
async function watchNamespaces(resourceVersion: string, timeoutSeconds: number, signal?: AbortSignal): Promise<void> {
  const query = { resourceVersion, timeoutSeconds, fieldSelector: 'metadata.name=none' };
  for await (const event of client.watch(namespaces, query, { signal })) {
    if (event.type === 'ERROR') throw event.error;
  }
}

/** A node whose kubelet the API server finds at a port of ours. */
async function addNode(name: string, port: number): Promise<void> {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name } };
  await controlPlane.admin.create(node);
  const status = {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  };
  await controlPlane.admin.request('PATCH', `/api/v1/nodes/${name}/status`, { status }, 'application/merge-patch+json');
}

describe('reading', () => {
  test('lists in pages of one state', async () => {
    const names = Array.from({ length: 7 }, (_, count) => `page-${count}`);
    for (const name of names)
      await client.create(configMaps, configMap(name, {}, { labels: { paged: 'yes' } }), options);
    const found = await collect({ namespace: 'default', labelSelector: 'paged=yes', limit: 3 });
    expect(found).toMatchObject({ pages: 3, names });
    expect(found.versions.size).toBe(1);
  });

  test('lists what a field selector names', async () => {
    await client.apply(configMaps, configMap('selected'), options);
    const found = await collect({ fieldSelector: 'metadata.name=selected' });
    expect(found.names).toEqual(['selected']);
  });

  test('reads a kind without namespaces', async () => {
    await expect(client.get(namespaces, { name: 'default' })).resolves.toMatchObject({ kind: 'Namespace' });
  });

  test('asks for metadata alone, in every way of reading', async () => {
    const metadata = { name: 'hidden', namespace: 'default' };
    await controlPlane.admin.create({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { password: 'p' } });
    const resource = metadataOnly(secrets);
    const one = await client.get(resource, metadata);
    expect(Object.keys(one).toSorted()).toEqual(['apiVersion', 'kind', 'metadata']);
    expect(one).toMatchObject({ kind: 'Secret', metadata });
    for await (const page of client.list(resource, { namespace: 'default' })) expect(page.items).toEqual([one]);
    const before = await client.get(configMaps, { namespace: 'default', name: 'selected' });
    const query = { namespace: 'default', resourceVersion: before.metadata.resourceVersion, timeoutSeconds: 60 };
    for await (const event of client.watch(resource, query)) {
      expect(event).toEqual({ type: 'ADDED', object: one });
      break;
    }
  });

  test('fails to watch from a version that the server has forgotten', async () => {
    expect(isGone(await failureOf(watchNamespaces('1', 3)))).toBe(true);
  });

  test('ends a watch when the server does, and when the caller does', async () => {
    const { metadata } = await client.apply(configMaps, configMap('now'), options);
    await watchNamespaces(metadata.resourceVersion, 1);
    const controller = new AbortController();
    const watching = watchNamespaces(metadata.resourceVersion, 60, controller.signal);
    controller.abort(new Error('enough'));
    await expect(watching).rejects.toThrow('enough');
  });

  test('reads the log of a pod that has not started as nothing', async () => {
    const metadata = { name: 'unscheduled', namespace: 'default' };
    await controlPlane.admin.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } },
      options,
    );
    const spec = { containers: [{ name: 'main', image: 'registry.example/main:1' }] };
    await controlPlane.admin.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec });
    const query = { tailLines: 5, limitBytes: 1000 };
    await expect(client.logs(metadata, query)).resolves.toBe('');
    const attempt = client.logs(metadata, { ...query, container: 'other' });
    await expect(attempt).rejects.toThrow('container other is not valid for pod unscheduled');
  });

  test('reads the end of a log from the kubelet, as long as it is asked for', async () => {
    const kubelet = await startHttpServer((_request, response) => response.end('the end'), await makeCertificate());
    try {
      await addNode('logs', Number(new URL(kubelet.origin).port));
      const metadata = { name: 'scheduled', namespace: 'default' };
      const spec = { nodeName: 'logs', containers: [{ name: 'main', image: 'registry.example/main:1' }] };
      await controlPlane.admin.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec });
      const query = { container: 'main', tailLines: 5, limitBytes: 1000 };
      await expect(client.logs(metadata, query)).resolves.toBe('the end');
      expect(kubelet.requests).toEqual(['GET /containerLogs/default/scheduled/main?limitBytes=1000&tailLines=5']);
    } finally {
      await kubelet.stop();
    }
  });
});

describe('credentials', () => {
  test('fail for an account without rights, in the words of the API server', async () => {
    const { token } = await makeAccount('powerless');
    const refusal = await withToken(token, (other) =>
      failureOf(other.get(configMaps, { namespace: 'default', name: 'selected' })),
    );
    expect(isForbidden(refusal)).toBe(true);
    expect(refusal).toMatchObject({ message: expect.stringContaining('system:serviceaccount:default:powerless') });
  });

  test('fail when their account is gone', async () => {
    const { token, remove } = await makeAccount('leaving');
    await remove();
    const refusal = await withToken(token, (other) => failureOf(other.get(namespaces, { name: 'default' })));
    expect(isUnauthorized(refusal)).toBe(true);
  });

  test('of a pod are read anew when the server refuses them', async () => {
    const [old, current] = [await makeAccount('rotated-old'), await makeAccount('rotated-new')];
    await old.remove();
    const port = new URL(controlPlane.url).port;
    writeFileSync(join(folder, 'ca.crt'), controlPlane.caPem);
    writeFileSync(join(folder, 'token'), old.token);
    const environment = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: port };
    const inCluster = await readInClusterConnection({ environment, clock: systemClock, folder });
    const codes: string[] = [];
    const observer = { requested: (method: string, code: string) => void codes.push(`${method} ${code}`) };
    const other = new KubeClient(inCluster, { clock: systemClock, observer });
    try {
      const ask = () => failureOf(other.get(namespaces, { name: 'default' }));
      expect(isUnauthorized(await ask())).toBe(true);
      writeFileSync(join(folder, 'token'), `${current.token}\n`);
      expect(isForbidden(await ask())).toBe(true);
      expect(codes).toEqual(['GET 401', 'GET 401', 'GET 403']);
    } finally {
      await other.close();
    }
  });

  test('are not sent to a server that another CA vouches for', async () => {
    const stranger = new KubeClient({ ...connection, tls: {} }, { clock: systemClock });
    try {
      const refusal = await failureOf(stranger.get(namespaces, { name: 'default' }));
      expect(refusal).toMatchObject({ name: 'ConnectionError', code: 'SELF_SIGNED_CERT_IN_CHAIN' });
    } finally {
      await stranger.close();
    }
  });
});
