import { describe, expect, test } from '@jest/globals';
import { findEnvironment, readEnvironments, readReleases } from '../stacks/index.ts';
import { type Manifest, ofKind } from './proof/manifest.ts';
import { proveEnvironment } from './proof/index.ts';
import { synthesizeEnvironment, synthesizeShared } from './synth.ts';

const environments = readEnvironments();
const inputs = { releases: readReleases(), sealedSecrets: new Map() };

const sourcesOf = (files: readonly { readonly manifests: readonly Manifest[] }[]): readonly Manifest[] =>
  files.flatMap(({ manifests }) => ofKind(manifests, 'ContainerSource'));

describe('the reader of uploads', () => {
  test('is where code lies in S3, and nowhere else', () => {
    const found = environments.filter(
      (environment) => sourcesOf(synthesizeEnvironment(environment, inputs).files).length === 1,
    );
    expect(found.map(({ name }) => name)).toEqual(['dev', 'staging', 'prd', 'studio', 'studio-1-node']);
  });

  test('reads the queue of its environment in the control namespace, with its own role and no key', () => {
    const [source] = sourcesOf(synthesizeEnvironment(findEnvironment(environments, 'prd'), inputs).files);
    expect(source?.metadata.namespace).toBe('knative-lambda-prd');
    const text = JSON.stringify(source);
    expect(text).toContain('"arn:aws:sqs:us-west-2:339954290315:knative-lambda-code-prd"');
    expect(text).toContain('{"name":"CAMEL_KAMELET_AWS_SQS_SOURCE_USE_DEFAULT_CREDENTIALS_PROVIDER","value":"true"}');
    expect(text).not.toMatch(/secretKeyRef|ACCESSKEY/i);
  });

  test('tells a receiver that is a Knative Service through the gateway', () => {
    const { receiver, rollout } = findEnvironment(environments, 'pro');
    const studio = { ...findEnvironment(environments, 'studio'), receiver, rollout };
    const synthesized = synthesizeEnvironment(studio, inputs);
    expect(sourcesOf(synthesized.files)).toMatchObject([
      { spec: { sink: { ref: { apiVersion: 'serving.knative.dev/v1', name: 'lambda-command-receiver' } } } },
    ]);
    expect(proveEnvironment(synthesized, synthesizeShared())).toEqual([]);
  });
});
