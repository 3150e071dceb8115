import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Environment, readEnvironments } from '../../stacks/index.ts';
import { type ManifestDocument, readManifests } from './committed-manifests.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { readForeignCrds } from './foreign-crds.ts';
import { podsOf } from './running-pods.ts';

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

async function versions({ admin }: ControlPlane, manifests: readonly ManifestDocument[]): Promise<readonly string[]> {
  return Promise.all(
    manifests.map(async (manifest) => {
      const { metadata } = await admin.get({
        apiVersion: manifest.apiVersion,
        kind: manifest.kind,
        name: manifest.metadata.name,
        namespace: manifest.metadata.namespace,
      });
      return `${describeObject(manifest)} at ${metadata.resourceVersion}`;
    }),
  );
}

describe.each(clusters)('cluster %s', (cluster) => {
  let controlPlane: ControlPlane;
  let accepted: readonly string[];

  beforeAll(async () => {
    // no controllers: nothing but an apply may change an object
    controlPlane = await startControlPlane({ crds: readForeignCrds(), controllerManager: false });
    accepted = await applyAll(controlPlane, readManifests('shared'));
  }, 60_000);

  afterAll(async () => controlPlane.stop());

  test('accepts what all environments share, without error and without warning', () => {
    expect(accepted).toEqual([]);
  });

  test('accepts what all environments share a second time without a change', async () => {
    const shared = readManifests('shared');
    const before = await versions(controlPlane, shared);
    expect(await applyAll(controlPlane, shared)).toEqual([]);
    expect(await versions(controlPlane, shared)).toEqual(before);
  });

  describe.each(onCluster(cluster).map((environment) => ({ name: environment.name, environment })))(
    '$name',
    ({ name, environment }) => {
      const manifests = readManifests(name);

      test('is applied as it was written, without error and without warning', async () => {
        expect(await applyAll(controlPlane, manifests)).toEqual([]);
      });

      test('is applied a second time without a change', async () => {
        const before = await versions(controlPlane, manifests);
        expect(await applyAll(controlPlane, manifests)).toEqual([]);
        expect(await versions(controlPlane, manifests)).toEqual(before);
      });

      test('runs pods that the Pod Security of their namespaces admits, with and without the mesh', async () => {
        const refused: string[] = [];
        for (const { what, pod } of podsOf(environment)) {
          const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods?dryRun=All&fieldValidation=Strict`;
          const { status, body, warnings } = await controlPlane.admin.request('POST', path, pod);
          const isSilent = environment.mesh.cni ? warnings.length === 0 || what.includes('builder') : true;
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
