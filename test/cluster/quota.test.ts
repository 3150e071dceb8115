import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseManifest } from '../../charts/proof/manifest.ts';
import { measureNamespace, totalOf } from '../../charts/proof/measure.ts';
import type { Need } from '../../charts/proof/need.ts';
import { allNamespaces } from '../../charts/workloads.ts';
import { type Environment, readEnvironments } from '../../stacks/index.ts';
import { mergePatch, reportOfObjects } from '../preview/case.ts';
import { readManifests } from './committed-manifests.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { parseObject } from './kubernetes-object.ts';

const kinds = new Set(['v1/Namespace', 'v1/ResourceQuota', 'v1/LimitRange', 'v1/Service']);

const clusters = ['tiers', 'pro', 'studio'];

interface Place {
  readonly environment: Environment;
  readonly namespace: string;
}

const placesOn = (cluster: string): readonly Place[] =>
  readEnvironments()
    .filter((environment) => environment.cluster.name === cluster)
    .flatMap((environment) => allNamespaces(environment).map((namespace) => ({ environment, namespace })));

/** Pods of one need, as the quota counts them: the resources of all containers in one. */
function podsOf(need: Need, namespace: string, prefix: string): readonly object[] {
  const { cpuRequest, memoryRequest, cpuLimit, memoryLimit } = need.perPod;
  return Array.from({ length: need.pods }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${prefix}-${index}`, namespace },
    spec: {
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'main',
          image: 'example.com/image:1',
          resources: {
            requests: { cpu: `${cpuRequest}m`, memory: String(memoryRequest) },
            limits: { cpu: `${cpuLimit}m`, memory: String(memoryLimit) },
          },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  }));
}

describe.each(clusters)('quotas on cluster %s', (cluster) => {
  let controlPlane: ControlPlane;
  const places = placesOn(cluster);

  const createPod = async (namespace: string, pod: object) => {
    const { status, body } = await controlPlane.admin.request('POST', `/api/v1/namespaces/${namespace}/pods`, pod);
    return { status, message: JSON.stringify(body) };
  };

  const firstRefusal = async (namespace: string, pods: readonly object[]) => {
    for (const pod of pods) {
      const answer = await createPod(namespace, pod);
      if (answer.status !== 201) return answer;
    }
    return undefined;
  };

  /** The quota controller has counted once, and pods have the account that they run as. */
  const isReady = async ({ namespace }: Place): Promise<boolean> => {
    const reference = { apiVersion: 'v1', namespace };
    await controlPlane.admin.get({ ...reference, kind: 'ServiceAccount', name: 'default' });
    const quota = await controlPlane.admin.get({ ...reference, kind: 'ResourceQuota', name: 'knative-lambda-quota' });
    return JSON.stringify(quota['status'] ?? {}).includes('"used"');
  };

  beforeAll(async () => {
    controlPlane = await startControlPlane();
    const names = new Set(places.map(({ environment }) => environment.name));
    // no Deployment: its own pods would count beside those of the test
    for (const manifest of [...names]
      .flatMap(readManifests)
      .filter(({ apiVersion, kind }) => kinds.has(`${apiVersion}/${kind}`))) {
      await controlPlane.admin.apply(manifest, { fieldManager: 'flux' });
    }
    await Promise.all(places.map((place) => eventually(() => isReady(place))));
  });

  afterAll(async () => controlPlane.stop());

  describe.each(places.map((place) => ({ ...place, name: place.environment.name })))(
    '$name, namespace $namespace',
    ({ environment, name, namespace }) => {
      const needs = measureNamespace(environment, readManifests(name).map(parseManifest), namespace);

      test('admits every pod that the arithmetic counts at the peak', async () => {
        const pods = needs.flatMap((need, index) => podsOf(need, namespace, `need-${index}`));
        expect(pods.length).toBeGreaterThan(0);
        expect(await firstRefusal(namespace, pods)).toBeUndefined();
      });

      test('refuses the pod that goes beyond the figures', async () => {
        const [largest] = needs.toSorted((one, other) => other.perPod.cpuRequest - one.perPod.cpuRequest);
        const beyond = largest === undefined ? [] : podsOf({ ...largest, pods: 500 }, namespace, 'beyond');
        expect(await firstRefusal(namespace, beyond)).toMatchObject({
          status: 403,
          message: expect.stringContaining('exceeded quota: knative-lambda-quota'),
        });
      });
    },
  );

  test.each([0, -1])(
    'a quota of the pods at the peak and %d more is a danger of the preview where the server refuses one of them',
    async (more) => {
      const [place] = places;
      if (place === undefined) throw new Error('a cluster has an environment');
      const { environment, namespace } = place;
      const manifests = readManifests(environment.name);
      const needs = measureNamespace(environment, manifests.map(parseManifest), namespace);
      const pods = String(totalOf(needs).pods + more);
      const isQuota = ({ kind, metadata }: (typeof manifests)[number]): boolean =>
        kind === 'ResourceQuota' && metadata.namespace === namespace;
      const limited = mergePatch(manifests.find(isQuota), { spec: { hard: { pods } } });
      const head = manifests.map((one) => (isQuota(one) ? limited : one));
      const { dangers } = reportOfObjects(manifests, head, environment.name);
      expect(dangers.some(({ code }) => code === 'quota-exceeded')).toBe(more < 0);

      const copy = `preview-${more + 1}`;
      const stored = mergePatch(limited, { metadata: { namespace: copy } });
      const fieldManager = 'flux';
      await controlPlane.admin.apply(
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: copy } },
        { fieldManager },
      );
      await controlPlane.admin.apply(parseObject(stored), { fieldManager });
      await eventually(() => isReady({ environment, namespace: copy }));
      const refusal = await firstRefusal(
        copy,
        needs.flatMap((need, index) => podsOf(need, copy, `need-${index}`)),
      );
      expect(refusal?.status).toBe(more < 0 ? 403 : undefined);
    },
  );

  test('admits a queue-proxy without limits, because the LimitRange gives it some', async () => {
    const namespace = 'knative-lambda-limits';
    const limits = readManifests(places[0]?.environment.name ?? '').find(({ kind }) => kind === 'LimitRange');
    await controlPlane.admin.apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      { fieldManager: 'flux' },
    );
    await controlPlane.admin.apply(
      { ...limits, metadata: { ...limits?.metadata, namespace } },
      { fieldManager: 'flux' },
    );
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'queue-proxy', namespace },
      spec: {
        containers: [{ name: 'queue-proxy', image: 'example.com/queue:1', resources: { requests: { cpu: '25m' } } }],
      },
    };
    const admitted = await eventually(async () => {
      const answer = await createPod(namespace, pod);
      return answer.status === 201 && answer;
    });
    expect(admitted.message).toContain('"limits":{"cpu":"200m","memory":"128Mi"}');
  });
});
