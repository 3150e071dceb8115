import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { allNamespaces } from '../../charts/workloads.ts';
import { type Environment, readEnvironments } from '../../stacks/index.ts';
import { type ManifestDocument, readManifests } from './committed-manifests.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { readForeignCrds } from './foreign-crds.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { podsOf } from './running-pods.ts';
import { makePlatformNamespaces } from './platform-namespaces.ts';

const fieldManager = 'flux';
const environments = readEnvironments();
const clusters = [...new Set(environments.map(({ cluster }) => cluster.name))];

const onCluster = (cluster: string): readonly Environment[] =>
  environments.filter((environment) => environment.cluster.name === cluster);

const describeObject = ({ kind, metadata }: ManifestDocument): string =>
  `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;

/** What the API server had to say about each object; an empty list means accepted without a word. */
async function applyAll({ admin }: ControlPlane, manifests: readonly ManifestDocument[]): Promise<readonly string[]> {
  const complaints: string[] = [];
  for (const manifest of manifests) {
    try {
      const { warnings } = await admin.apply(manifest, { fieldManager });
      complaints.push(...warnings.map((warning) => `${describeObject(manifest)}: ${warning}`));
    } catch (error) {
      complaints.push(`${describeObject(manifest)}: ${String(error)}`);
    }
  }
  return complaints;
}

/** Their CRDs give the status a default, which the API server stores with the second write of any kind. */
const withDefaultStatus = new Set(['GitRepository', 'Kustomization', 'Receiver']);

/** What must be the same after an apply that changes nothing: the very version, or all but what the server adds itself. */
function stateOf(object: KubernetesObject): string {
  const { kind, metadata } = object;
  if (!withDefaultStatus.has(kind)) {
    return `at ${metadata.resourceVersion}`;
  }
  const own = { ...metadata, resourceVersion: undefined, managedFields: undefined };
  return JSON.stringify({ ...object, status: undefined, metadata: own });
}

async function states({ admin }: ControlPlane, manifests: readonly ManifestDocument[]): Promise<readonly string[]> {
  return Promise.all(
    manifests.map(async (manifest) => {
      const { apiVersion, kind, metadata } = manifest;
      const found = await admin.get({ apiVersion, kind, name: metadata.name, namespace: metadata.namespace });
      return `${describeObject(manifest)} ${stateOf(found)}`;
    }),
  );
}

describe.each(clusters)('cluster %s', (cluster) => {
  let controlPlane: ControlPlane;
  let accepted: readonly string[];
  const clusterManifests = ['shared', `clusters/${cluster}`].flatMap(readManifests);

  beforeAll(async () => {
    // no controllers: nothing but an apply may change an object
    controlPlane = await startControlPlane({ crds: readForeignCrds(), controllerManager: false });
    await makePlatformNamespaces(controlPlane.admin);
    accepted = await applyAll(controlPlane, clusterManifests);
  });

  afterAll(async () => controlPlane.stop());

  test('accepts what belongs to it, without error and without warning', () => {
    expect(accepted).toEqual([]);
  });

  test('accepts what belongs to it a second time without a change', async () => {
    const before = await states(controlPlane, clusterManifests);
    expect(await applyAll(controlPlane, clusterManifests)).toEqual([]);
    expect(await states(controlPlane, clusterManifests)).toEqual(before);
  });

  describe.each(onCluster(cluster).map((environment) => ({ name: environment.name, environment })))(
    '$name',
    ({ name, environment }) => {
      const manifests = readManifests(name);

      test('is applied as it was written, without error and without warning', async () => {
        expect(await applyAll(controlPlane, manifests)).toEqual([]);
      });

      test('is applied a second time without a change', async () => {
        const before = await states(controlPlane, manifests);
        expect(await applyAll(controlPlane, manifests)).toEqual([]);
        expect(await states(controlPlane, manifests)).toEqual(before);
      });

      test('runs pods that the Pod Security of their namespaces admits, with and without the mesh', async () => {
        // pods of a Broker run as the account that Kubernetes' own controller makes
        for (const namespace of allNamespaces(environment)) {
          const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } };
          await controlPlane.admin.apply(account, { fieldManager: 'test' });
        }
        const refused: string[] = [];
        for (const { what, pod } of podsOf(environment)) {
          const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods?dryRun=All&fieldValidation=Strict`;
          const { status, body, warnings } = await controlPlane.admin.request('POST', path, pod);
          const isSilent = environment.mesh.cni ? warnings.length === 0 || /^(builder|broker)/.test(what) : true;
          if (status >= 300 || !isSilent) {
            refused.push(`${what}: ${status} ${JSON.stringify(body)} ${warnings.join(' ')}`);
          }
        }
        expect(refused).toEqual([]);
      });

      test('fails a privileged pod where the mesh needs none', async () => {
        const namespace = environment.namespaces.control;
        const pod = {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'privileged', namespace },
          spec: {
            serviceAccountName: 'knative-lambda-operator',
            containers: [{ name: 'main', image: 'example.com/image:1', securityContext: { privileged: true } }],
          },
        };
        const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
        const { status } = await controlPlane.admin.request('POST', path, pod);
        expect(status).toBe(environment.mesh.injected && !environment.mesh.cni ? 201 : 403);
      });
    },
  );
});
