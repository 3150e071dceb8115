import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { findEnvironment, parseEnvironments, readEnvironments, readReleases } from '../stacks/index.ts';
import { proveEnvironment } from './proof/index.ts';
import { totalOf, measureNamespace } from './proof/measure.ts';
import { podTemplates } from './proof/pod-template.ts';
import { synthesizeEnvironment, synthesizeShared } from './synth.ts';

const releases = readReleases();
const next = { tag: 'prd-v9.9.9', digest: null, commit: null };
const prd = findEnvironment(readEnvironments(), 'prd');
const namespaces = {
  control: 'knative-lambda-prd',
  functions: ['knative-lambda-prd-functions', 'knative-lambda-prd-try'],
};
const variables = z.array(z.object({ name: z.string(), value: z.string() }).loose());

function withCanary(canary: { readonly namespaces: string[] } | undefined) {
  const [environment = prd] = parseEnvironments([{ ...prd, namespaces, operator: { ...prd.operator, canary } }]);
  const inputs = {
    releases: { ...releases, operator: { ...releases.operator, 'prd-canary': next } },
    sealedSecrets: new Map(),
  };
  const synthesized = synthesizeEnvironment(environment, inputs);
  return { environment, synthesized, manifests: synthesized.files.flatMap((file) => file.manifests) };
}

describe('a canary of the controller', () => {
  const { environment, synthesized, manifests } = withCanary({ namespaces: ['knative-lambda-prd-try'] });
  const canary = podTemplates(manifests).find(({ source }) => source.endsWith('/knative-lambda-operator-canary'));

  const of = (kind: string, name: string) =>
    manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);

  test('passes every proof, the published quota included', () => {
    expect(proveEnvironment(synthesized, synthesizeShared())).toEqual([]);
  });

  test('runs its own release with a Lease of its own, for its namespaces only', () => {
    const [manager] = canary?.spec.containers ?? [];
    const env = variables.parse(manager?.env.filter((one) => 'value' in one));
    expect(manager?.image).toContain(':prd-v9.9.9');
    expect(Object.fromEntries(env.map(({ name, value }) => [name, value]))).toMatchObject({
      WATCH_NAMESPACES: 'knative-lambda-prd-try',
      EXCLUDED_NAMESPACES: '',
      LEASE_NAME: 'knative-lambda-operator-canary',
    });
  });

  test('takes its namespaces from the main controller, and labels them', () => {
    expect(of('ConfigMap', 'knative-lambda-config')?.['data']).toMatchObject({
      EXCLUDED_NAMESPACES: 'knative-lambda-prd-try',
    });
    const label = (name: string) => of('Namespace', name)?.metadata.labels?.['lambda.knative.io/controller'];
    expect([label('knative-lambda-prd-try'), label('knative-lambda-prd-functions')]).toEqual(['canary', undefined]);
  });

  test('is counted once, since it rolls in place, and selected by no Service or budget of the main one', () => {
    const pods = (all: typeof manifests) => totalOf(measureNamespace(environment, all, 'knative-lambda-prd')).pods;
    expect(pods(manifests)).toBe(pods(withCanary(undefined).manifests) + 1);
    expect(canary?.labels['app.kubernetes.io/name']).toBe('knative-lambda-operator-canary');
  });

  test('fails without a release', () => {
    expect(() => synthesizeEnvironment(environment, { releases, sealedSecrets: new Map() })).toThrow(
      'stacks/releases.yaml: operator.prd-canary: missing; add the tag that the environment runs',
    );
  });

  test.each([[['knative-lambda-prd-functions', 'knative-lambda-prd-try']], [['elsewhere']]])(
    'fails where it would serve %j',
    (served) => {
      expect(() => withCanary({ namespaces: served })).toThrow(
        /allowed some but not all of knative-lambda-prd-functions/,
      );
    },
  );
});
