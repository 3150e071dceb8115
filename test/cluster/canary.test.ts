import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { withFlagger } from '../../charts/proof/flagger.ts';
import { labelSelector, selects } from '../../charts/proof/label-selector.ts';
import { parseManifest } from '../../charts/proof/manifest.ts';
import { buildFunctionCanary } from '../../operator/api/index.ts';
import { type CanaryCluster, forTest, rolloutManifests, startCanaryCluster } from './canary-cluster.ts';
import { eventually } from './eventually.ts';
import type { Traffic } from './receiver-traffic.ts';

const name = 'knative-lambda-builder';
const good = { requestsPerSecond: 50, errorRatio: 0, seconds: 0.02 } as const;
const failing = { ...good, errorRatio: 0.05 } as const;
const slow = { ...good, seconds: 2 } as const;

/** By namespace: the environment whose objects it holds, and what its primary and its canary answer. */
const cases = {
  'good-by-default': { environment: 'staging', primary: good, canary: good },
  'good-beside-a-failing-primary': { environment: 'prd', primary: { ...failing, seconds: 5 }, canary: good },
  errors: { environment: 'staging', primary: good, canary: failing },
  latency: { environment: 'prd', primary: good, canary: slow },
  silence: { environment: 'staging', primary: good, canary: { ...good, requestsPerSecond: 0 } },
  'few-requests': { environment: 'studio', primary: good, canary: { ...good, requestsPerSecond: 3 } },
} as const satisfies Readonly<Record<string, Traffic & { readonly environment: string }>>;

type Case = keyof typeof cases;

const isCase = (key: string): key is Case => key in cases;
const namespaces = Object.keys(cases).filter(isCase);

const canarySchema = z.looseObject({ status: z.looseObject({ phase: z.string() }).default({ phase: '' }) });
const routeSchema = z.looseObject({
  spec: z.looseObject({
    rules: z.array(z.looseObject({ backendRefs: z.array(z.looseObject({ name: z.string(), weight: z.number() })) })),
  }),
});
const container = z.looseObject({
  image: z.string(),
  envFrom: z.array(z.looseObject({ configMapRef: z.looseObject({ name: z.string() }) })),
});
const deploymentSchema = z.looseObject({
  spec: z.looseObject({ template: z.looseObject({ spec: z.looseObject({ containers: z.array(container) }) }) }),
});
const eventSchema = z.looseObject({ message: z.string() });
const selecting = z.looseObject({ spec: z.looseObject({ selector: labelSelector }) });
const policySchema = z.looseObject({ spec: z.looseObject({ podSelector: labelSelector }) });
const labelsSchema = z.record(z.string(), z.string());

const serviceSchema = z.looseObject({ spec: z.looseObject({ selector: labelsSchema }) });

/** What of an object the proof at synth foretells; the rest of the real one is defaults. */
const foretold: Readonly<Record<string, z.ZodType>> = {
  Deployment: z.object({
    spec: z.object({
      selector: z.object({ matchLabels: labelsSchema }),
      template: z.object({ metadata: z.object({ labels: labelsSchema }) }),
    }),
  }),
  HorizontalPodAutoscaler: z.object({
    spec: z.object({
      minReplicas: z.int(),
      maxReplicas: z.int(),
      scaleTargetRef: z.object({ kind: z.string(), name: z.string() }),
    }),
  }),
  Service: z.object({
    spec: z.object({
      selector: labelsSchema,
      ports: z.array(z.object({ name: z.string(), port: z.int(), targetPort: z.union([z.string(), z.int()]) })),
    }),
  }),
};

const readForetold = (objects: readonly { readonly kind: string }[]): readonly unknown[] =>
  objects.map((object) => foretold[object.kind]?.parse(object));

const nextImage = 'example.com/knative-lambda-operator:next';

describe('Flagger, with the canaries of the environments', () => {
  let cluster: CanaryCluster;
  /** Weights of the canary in the order in which its route had them, by namespace. */
  const weights: Record<string, number[]> = {};
  let outcomes: Readonly<Record<string, Promise<string>>> = {};

  const get = (apiVersion: string, kind: string, namespace: string, object: string = name) =>
    cluster.controlPlane.admin.get({ apiVersion, kind, namespace, name: object });

  const phaseOf = async (namespace: string): Promise<string> =>
    canarySchema.parse(await get('flagger.app/v1beta1', 'Canary', namespace)).status.phase;

  const imageOf = async (namespace: string, deployment: string): Promise<string> => {
    const found = deploymentSchema.parse(await get('apps/v1', 'Deployment', namespace, deployment));
    return found.spec.template.spec.containers[0]?.image ?? '';
  };

  const podsOf = (namespace: string) => cluster.controlPlane.admin.list({ apiVersion: 'v1', kind: 'Pod', namespace });

  const wait = <T>(check: () => Promise<T>) =>
    eventually(check, { intervalMs: 200, giveUp: cluster.controlPlane.failure });

  async function install(namespace: Case): Promise<void> {
    const { admin } = cluster.controlPlane;
    const options = { fieldManager: 'flux' };
    await admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, options);
    const secret = { name: 'flagger-alerts', namespace };
    const stringData = { address: `${cluster.traffic.url}/slack` };
    await admin.apply({ apiVersion: 'v1', kind: 'Secret', metadata: secret, stringData }, options);
    for (const manifest of rolloutManifests(cases[namespace].environment, namespace)) {
      await admin.apply(forTest(manifest, cluster), options);
    }
    await wait(async () => (await phaseOf(namespace)) === 'Initialized');
  }

  async function release(namespace: Case): Promise<string> {
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
    const containers = [{ name: 'builder', image: nextImage }];
    const body = { spec: { template: { spec: { containers } } } };
    await cluster.controlPlane.admin.request('PATCH', path, body, 'application/strategic-merge-patch+json');
    const seen = (weights[namespace] = [0]);
    return wait(async () => {
      const route = routeSchema.parse(
        await get('gateway.networking.k8s.io/v1', 'HTTPRoute', namespace, 'knative-lambda-receiver'),
      );
      const backend = route.spec.rules[0]?.backendRefs.find((one) => one.name.endsWith('-canary'));
      if (backend !== undefined && backend.weight !== seen.at(-1)) seen.push(backend.weight);
      const phase = await phaseOf(namespace);
      return phase === 'Succeeded' || phase === 'Failed' ? phase : false;
    });
  }

  async function messagesOf(namespace: string): Promise<string> {
    const events = await cluster.controlPlane.admin.list({ apiVersion: 'v1', kind: 'Event', namespace });
    return events.map((event) => eventSchema.parse(event).message).join('\n');
  }

  beforeAll(async () => {
    cluster = await startCanaryCluster(cases);
    await Promise.all(namespaces.map(install));
  });

  afterAll(async () => cluster.stop());

  test.each(namespaces)('makes of the objects in %s what the proof at synth foretells', async (namespace) => {
    const manifests = rolloutManifests(cases[namespace].environment, namespace).map(parseManifest);
    const made = withFlagger(manifests).slice(manifests.length);
    const real = await Promise.all(
      made.map(({ apiVersion, kind, metadata }) => get(apiVersion, kind, namespace, metadata.name)),
    );
    expect(made).toHaveLength(5);
    expect(readForetold(real)).toEqual(readForetold(made));
  });

  test('keeps the labels that policies and budgets select by, and puts the primary behind the Service of clients', async () => {
    const namespace = 'latency';
    // the autoscaler of the primary raises it to the least number of the environment
    const pods = await wait(async () => {
      const found = (await podsOf(namespace)).filter(({ metadata }) => metadata.name.startsWith(`${name}-primary-`));
      return found.length === 3 && found;
    });
    const policy = policySchema.parse(
      await get('networking.k8s.io/v1', 'NetworkPolicy', namespace, 'knative-lambda-network-policy'),
    );
    const budget = selecting.parse(await get('policy/v1', 'PodDisruptionBudget', namespace));
    const service = serviceSchema.parse(await get('v1', 'Service', namespace));
    const selectedBy = (selector: z.output<typeof labelSelector>) =>
      pods.filter(({ metadata }) => selects(selector, metadata.labels ?? {}));
    expect(selectedBy(policy.spec.podSelector)).toEqual(pods);
    expect(selectedBy(budget.spec.selector)).toEqual(pods);
    expect(selectedBy({ matchLabels: service.spec.selector, matchExpressions: [] })).toEqual(pods);
  });

  test('gives the primary a copy of the configuration, so that a new one reaches the canary first', async () => {
    const found = deploymentSchema.parse(await get('apps/v1', 'Deployment', 'latency', `${name}-primary`));
    expect(found.spec.template.spec.containers[0]?.envFrom[0]?.configMapRef.name).toBe('knative-lambda-config-primary');
  });

  test('accepts the canary of a function as the API server does', async () => {
    const props = { name: 'hello-python', namespace: 'errors', prometheusUrl: cluster.prometheusUrl };
    const options = { fieldManager: 'test', dryRun: true } as const;
    const answers = await Promise.all(
      buildFunctionCanary(props).map((object) => cluster.controlPlane.admin.apply(object, options)),
    );
    expect(answers.map(({ status, warnings }) => [status, warnings.length])).toEqual(answers.map(() => [201, 0]));
  });

  describe('after a release', () => {
    beforeAll(() => {
      outcomes = Object.fromEntries(namespaces.map((namespace) => [namespace, release(namespace).catch(String)]));
    });

    test.each([
      ['good-by-default', [0, 10, 20, 30, 40, 50, 0]],
      ['good-beside-a-failing-primary', [0, 5, 10, 15, 20, 25, 30, 0]],
    ] as const)('promotes %s through each weight', async (namespace, steps) => {
      expect(await outcomes[namespace]).toBe('Succeeded');
      expect(weights[namespace]).toEqual(steps);
      expect(await imageOf(namespace, `${name}-primary`)).toBe(nextImage);
    });

    test.each([
      ['errors', /success-percent 9[45]\.\d+ < 99/],
      ['latency', /p99-milliseconds \d+\.\d+ > 300/],
      ['silence', /no values found for custom metric: success-percent/],
      ['few-requests', /requests \d\d\.\d+ < 100/],
    ] as const)('rolls %s back, however well the primary does', async (namespace, reason) => {
      expect(await outcomes[namespace]).toBe('Failed');
      expect(weights[namespace]).toEqual([0, cases[namespace].environment === 'staging' ? 10 : 5, 0]);
      expect(await messagesOf(namespace)).toMatch(reason);
      expect(await imageOf(namespace, `${name}-primary`)).not.toBe(nextImage);
    });

    test('leaves the route by header as it was written, to Services that exist', async () => {
      const namespace = 'few-requests';
      await outcomes[namespace];
      const route = 'knative-lambda-receiver-ab';
      const written = rolloutManifests('studio', namespace).find(({ metadata }) => metadata.name === route);
      const found = await get('gateway.networking.k8s.io/v1', 'HTTPRoute', namespace, route);
      expect(found).toMatchObject({ metadata: { generation: 1 }, spec: written?.['spec'] });
      const backends = ['canary', 'primary'].map((version) => `knative-lambda-receiver-${version}`);
      const services = await Promise.all(backends.map((service) => get('v1', 'Service', namespace, service)));
      expect(services.map(({ metadata }) => metadata.name)).toEqual(backends);
    });

    test('asks for acceptance and load before it judges, and tells the channel how it ended', async () => {
      await Promise.all(Object.values(outcomes));
      const { heard } = cluster.traffic;
      const asked = heard.filter(({ path }) => path === '/load').map(({ body }) => body);
      const told = heard.filter(({ path }) => path === '/slack').map(({ body }) => body);
      expect(asked.filter((body) => body.includes('curl --fail'))).toHaveLength(namespaces.length);
      expect(asked.filter((body) => body.includes('hey -z')).length).toBeGreaterThan(2 * namespaces.length);
      expect(told.some((body) => body.includes('promotion finished'))).toBe(true);
      expect(told.some((body) => body.includes('Failed checks threshold reached'))).toBe(true);
    });
  });
});
