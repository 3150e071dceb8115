import { describe, expect, test } from '@jest/globals';
import { findEnvironment, readEnvironments, readReleases } from '../../stacks/index.ts';
import { synthesizeEnvironment, synthesizeShared } from '../synth.ts';
import { withFlagger } from './flagger.ts';
import { proveEnvironment } from './index.ts';
import { type Manifest, parseManifest } from './manifest.ts';

const studio = synthesizeEnvironment(findEnvironment(readEnvironments(), 'studio'), {
  releases: readReleases(),
  sealedSecrets: new Map(),
});
const shared = synthesizeShared();

const keyOf = ({ kind, metadata }: Manifest): string => `${kind}/${metadata.name}`;

/** Faults of studio with one value of one object replaced, by path; without a path the object is left out. */
function faultsAfter(object: string, path: string, value?: unknown): readonly string[] {
  const edit = (manifest: Manifest): readonly Manifest[] => {
    if (keyOf(manifest) !== object) {
      return [manifest];
    }
    const copy = structuredClone(manifest);
    const keys = path.split('/');
    const last = keys.pop() ?? '';
    const parent = keys.reduce<unknown>((inner, key) => Reflect.get(Object(inner), key), copy);
    Reflect.set(Object(parent), last, value);
    return path === '' ? [] : [parseManifest(copy)];
  };
  const files = studio.files.map((file) => ({ ...file, manifests: file.manifests.flatMap(edit) }));
  return proveEnvironment({ ...studio, files }, shared);
}

const canary = 'Canary/knative-lambda-builder';
const receiver = 'Deployment/knative-lambda-builder';

const refusals: readonly (readonly [what: string, object: string, path: string, value: unknown, fault: RegExp])[] = [
  [
    'a target without the Deployment',
    receiver,
    '',
    0,
    /Canary knative-lambda\/knative-lambda-builder: refers to Deployment/,
  ],
  [
    'a canary without its autoscaler',
    'HorizontalPodAutoscaler/knative-lambda-builder',
    '',
    0,
    /Canary knative-lambda\/knative-lambda-builder: refers to HorizontalPodAutoscaler/,
  ],
  [
    'a metric without its template',
    'MetricTemplate/request-count',
    '',
    0,
    /refers to MetricTemplate knative-lambda\/request-count/,
  ],
  [
    'an alert without its provider',
    'AlertProvider/flagger-alerts',
    '',
    0,
    /refers to AlertProvider knative-lambda\/flagger-alerts/,
  ],
  [
    'a provider without its Secret',
    'ExternalSecret/flagger-alerts',
    '',
    0,
    /AlertProvider knative-lambda\/flagger-alerts: refers to Secret/,
  ],
  [
    'a Prometheus login that nobody creates',
    'MetricTemplate/request-count',
    'spec/provider/secretRef',
    { name: 'gone' },
    /refers to Secret knative-lambda\/gone/,
  ],
  [
    'a route of another Service than the one that is split',
    canary,
    'spec/service/gatewayRefs/0/name',
    'gone',
    /refers to Service knative-lambda\/gone/,
  ],
  [
    'a header route to a Service that Flagger does not make',
    canary,
    'spec/service/name',
    'other',
    /HTTPRoute knative-lambda\/knative-lambda-receiver-ab: refers to Service knative-lambda\/knative-lambda-receiver-canary/,
  ],
  ['replicas that Flagger sets', receiver, 'spec/replicas', 2, /got replicas 2 beside Canary/],
  [
    'a selector that Flagger cannot change',
    receiver,
    'spec/selector/matchLabels',
    { environment: 'studio' },
    /its selector has none of app, name, app\.kubernetes\.io\/name/,
  ],
  [
    'a selector by the label that pods of the primary lose',
    'PodDisruptionBudget/knative-lambda-builder',
    'spec/selector/matchLabels',
    { 'app.kubernetes.io/name': 'knative-lambda-builder-second' },
    /its selector selects no pod/,
  ],
  [
    'a metric under a name that Flagger keeps for itself',
    canary,
    'spec/analysis/metrics/0/name',
    'request-success-rate',
    /got a metric named request-success-rate, allowed any name but/,
  ],
  [
    'a query of the primary',
    'MetricTemplate/request-duration',
    'spec/query',
    'up{pod=~"{{ target }}-primary-.*"}',
    /its query does not select the pods of the canary/,
  ],
];

describe('proof of a canary', () => {
  test.each(refusals)('fails on %s', (...[, object, path, value, fault]) => {
    expect(faultsAfter(object, path, value)).toEqual(expect.arrayContaining([expect.stringMatching(fault)]));
  });

  test('counts what Flagger makes once, however often it is asked', () => {
    const manifests = studio.files.flatMap((file) => file.manifests);
    const once = withFlagger(manifests);
    expect(once.length).toBe(manifests.length + 5);
    expect(withFlagger(once)).toEqual(once);
  });
});
