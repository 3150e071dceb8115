import { expect, test } from '@jest/globals';
import { parseManifest } from '../charts/index.ts';
import { toInputs } from './skipped-waits.ts';

const object = (apiVersion: string, kind: string) => parseManifest({ apiVersion, kind, metadata: { name: 'one' } });

test.each([
  ['v1', 'Service'],
  ['networking.k8s.io/v1', 'Ingress'],
])('nobody waits for an object of %s %s', (apiVersion, kind) => {
  expect(toInputs(object(apiVersion, kind)).metadata.annotations).toEqual({ 'pulumi.com/skipAwait': 'true' });
});

test.each([
  ['apps/v1', 'Deployment'],
  ['serving.knative.dev/v1', 'Service'],
  ['kustomize.toolkit.fluxcd.io/v1', 'Kustomization'],
])('an object of %s %s is given to the provider as it is', (apiVersion, kind) => {
  const manifest = object(apiVersion, kind);
  expect(toInputs(manifest)).toBe(manifest);
});
