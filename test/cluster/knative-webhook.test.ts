import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readEnvironments } from '../../stacks/index.ts';
import { readManifests } from './committed-manifests.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { readForeignCrds } from './foreign-crds.ts';
import { configurationOf, mergedConfigMaps } from './knative-configuration.ts';
import { knativeServing, startKnativeWebhook } from './knative-webhook.ts';
import { makePlatformNamespaces } from './platform-namespaces.ts';

const environments = readEnvironments();
const clusters = [...new Set(environments.map(({ cluster }) => cluster.name))];

/** Objects of an environment that Knative Serving's webhook sees. */
const servicesOf = (name: string) =>
  readManifests(name).filter(({ apiVersion }) => apiVersion.startsWith('serving.knative.dev/'));

const withServices = environments.map(({ name }) => name).filter((name) => servicesOf(name).length > 0);

/** The environment whose cluster's values the webhook runs with. */
const live = environments.find(({ name }) => name === withServices[0]);
const liveCluster = live?.cluster.name ?? '';
const maxTimeout = Number(configurationOf(liveCluster, 'KnativeServing')['defaults']?.['max-revision-timeout-seconds']);

const container = {
  image: 'ghcr.io/example/hello:v1.0.0',
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  },
};

interface Variation {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly container?: object;
  readonly spec?: object;
  readonly service?: Readonly<Record<string, string>>;
}

/** A Knative Service as one is made for a function. */
const serviceWith = (variation: Variation) => ({
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: { name: 'hello', namespace: 'functions', annotations: variation.service },
  spec: {
    template: {
      metadata: { annotations: variation.annotations },
      spec: { containers: [{ ...container, ...variation.container }], ...variation.spec },
    },
  },
});

const scaled = (key: string, value: string): Variation => ({
  annotations: { [`autoscaling.knative.dev/${key}`]: value },
});

/** Annotations that a function or an agent may get, with a value that its fields allow. */
const reliedOn: readonly (readonly [string, string])[] = [
  ['min-scale', '0'],
  ['max-scale', '50'],
  ['initial-scale', '0'],
  ['target', '10'],
  ['class', 'kpa.autoscaling.knative.dev'],
  ['metric', 'concurrency'],
  ['scale-to-zero-pod-retention-period', '1h'],
];

const refused: readonly (readonly [string, Variation, string])[] = [
  [
    'two ports',
    { container: { ports: [{ containerPort: 8080 }, { name: 'http2', containerPort: 8081 }] } },
    'more than one container port is set',
  ],
  ['an image that is no reference', { container: { image: 'ghcr.io/UPPER CASE' } }, 'Failed to parse image reference'],
  [
    'more pods at least than at most',
    { annotations: { 'autoscaling.knative.dev/min-scale': '5', 'autoscaling.knative.dev/max-scale': '2' } },
    'max-scale=2 is less than min-scale=5',
  ],
  ['a scale that is no number', scaled('min-scale', 'two'), 'invalid value: two'],
  ['a target of nothing', scaled('target', '0'), 'target 0 should be at least 0.01'],
  ['a metric that the autoscaler does not know', scaled('metric', 'latency'), 'invalid value: latency'],
  [
    'a pod kept for longer than an hour',
    scaled('scale-to-zero-pod-retention-period', '61m'),
    'expected 0s <= 61m <= 1h0m0s',
  ],
  [
    'scaling that is not on the template',
    { service: { 'autoscaling.knative.dev/min-scale': '1' } },
    'autoscaling annotations must be put under "spec.template.metadata.annotations" to work',
  ],
  [
    'a request that may take longer than our configuration allows',
    { spec: { timeoutSeconds: maxTimeout + 1 } },
    `expected 0 <= ${maxTimeout + 1} <= ${maxTimeout}`,
  ],
  [
    'a field that Knative does not pass on',
    { spec: { hostNetwork: true } },
    'must not set the field(s): spec.template',
  ],
];

describe('Knative Serving, its own webhook', () => {
  let controlPlane: ControlPlane;

  const check = (object: object) =>
    controlPlane.admin.apply(object, { fieldManager: 'test', dryRun: true, force: true });

  const refuses = () => expect(check(serviceWith(scaled('min-scale', '-1')))).rejects.toThrow('denied the request');

  beforeAll(async () => {
    controlPlane = await startControlPlane({ crds: readForeignCrds(), controllerManager: false });
    const { admin } = controlPlane;
    await makePlatformNamespaces(admin);
    const owned = withServices.flatMap(servicesOf).map(({ metadata }) => metadata.namespace ?? '');
    for (const name of new Set(['functions', ...owned])) {
      await admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { fieldManager: 'test' });
    }
    await startKnativeWebhook(controlPlane, knativeServing, liveCluster);
    await eventually(refuses, { giveUp: controlPlane.failure });
  });

  afterAll(async () => controlPlane.stop());

  test('is run for an environment that has a Knative Service', () => {
    expect(withServices).not.toEqual([]);
  });

  test.each(withServices)(
    'accepts the Knative Services of %s as they are, and twice without a change',
    async (name) => {
      const { admin } = controlPlane;
      for (const manifest of servicesOf(name)) {
        const first = await admin.apply(manifest, { fieldManager: 'flux' });
        const second = await admin.apply(manifest, { fieldManager: 'flux' });
        expect([...first.warnings, ...second.warnings]).toEqual([]);
        expect(first.body).toMatchObject(manifest);
        expect(second.body).toEqual(first.body);
        await admin.remove({ ...manifest, ...manifest.metadata });
      }
    },
  );

  test.each(clusters)('accepts the configuration of cluster %s', async (cluster) => {
    const configMaps = mergedConfigMaps('knative-serving', configurationOf(cluster, 'KnativeServing'));
    expect(configMaps.length).toBeGreaterThan(8);
    for (const configMap of configMaps) {
      const { warnings } = await controlPlane.admin.apply(configMap, {
        fieldManager: 'knative-operator',
        dryRun: true,
      });
      expect(warnings).toEqual([]);
    }
  });

  test.each([
    ['autoscaler', 'max-scale-down-rate', '1.0', 'must be greater than 1.0'],
    ['defaults', 'max-revision-timeout-seconds', '10', 'cannot be greater than max-revision-timeout-seconds (10)'],
    ['deployment', 'progress-deadline', '0s', 'cannot be a non-positive duration'],
    ['gc', 'min-non-active-revisions', '9', 'min-non-active-revisions(9) must be <='],
    ['network', 'http-protocol', 'gopher', 'httpProtocol gopher'],
    ['observability', 'metrics-protocol', 'statsd', 'unsupported protocol "statsd"'],
  ])('fails our config-%s with %s: %s', async (...[name, key, value, words]) => {
    const ours = configurationOf(liveCluster, 'KnativeServing');
    const merged = mergedConfigMaps('knative-serving', { ...ours, [name]: { ...ours[name], [key]: value } });
    const changed = merged.filter(({ metadata }) => metadata.name === `config-${name}`);
    expect(changed).toHaveLength(1);
    await expect(Promise.all(changed.map((one) => check(one)))).rejects.toThrow(words);
  });

  test('accepts a request that takes as long as our configuration allows', async () => {
    const { body, warnings } = await check(serviceWith({ spec: { timeoutSeconds: maxTimeout } }));
    expect(warnings).toEqual([]);
    expect(body).toMatchObject({ spec: { template: { spec: { timeoutSeconds: maxTimeout } } } });
  });

  test('completes what a Knative Service leaves out by our configuration', async () => {
    const { body } = await check(serviceWith({}));
    expect(body).toMatchObject({
      metadata: { annotations: { 'serving.knative.dev/creator': 'admin' } },
      spec: {
        template: { spec: { containerConcurrency: 0, timeoutSeconds: 300, containers: [{ name: 'user-container' }] } },
        traffic: [{ latestRevision: true, percent: 100 }],
      },
    });
  });

  test.each(reliedOn)('accepts the annotation autoscaling.knative.dev/%s: %s on a revision', async (key, value) => {
    expect((await check(serviceWith(scaled(key, value)))).warnings).toEqual([]);
  });

  test('accepts pods on chosen nodes, which our configuration allows', async () => {
    const spec = { nodeSelector: { disk: 'ssd' }, tolerations: [{ key: 'dedicated', operator: 'Exists' }] };
    expect((await check(serviceWith({ spec }))).warnings).toEqual([]);
  });

  test.each(refused)('fails on a Knative Service with %s', async (_what, variation, words) => {
    await expect(check(serviceWith(variation))).rejects.toThrow(words);
  });
});
