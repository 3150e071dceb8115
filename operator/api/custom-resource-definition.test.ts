import { describe, expect, test } from '@jest/globals';
import { buildCustomResourceDefinition, customResourceDefinitions } from './custom-resource-definition.ts';
import { kinds } from './group.ts';

describe('buildCustomResourceDefinition', () => {
  test.each([
    { kind: 'LambdaFunction', name: 'lambdafunctions.lambda.knative.io', shortNames: ['lf', 'lfunc'] },
    { kind: 'LambdaAgent', name: 'lambdaagents.lambda.knative.io', shortNames: ['la', 'lagent'] },
  ] as const)('$kind has the published names', ({ kind, name, shortNames }) => {
    const { metadata, spec } = buildCustomResourceDefinition(kind);
    expect(metadata.name).toBe(name);
    expect(spec.group).toBe('lambda.knative.io');
    expect(spec.names.plural).toBe(name.split('.')[0]);
    expect(spec.names.singular).toBe(kind.toLowerCase());
    expect(spec.names.listKind).toBe(`${kind}List`);
    expect(spec.names.shortNames).toEqual(shortNames);
    expect(spec.versions.map(({ name: version }) => version)).toEqual(['v1alpha1']);
  });

  test.each(kinds)('%s demands a spec and has a status subresource', (kind) => {
    const [version] = buildCustomResourceDefinition(kind).spec.versions;
    expect(version.schema.openAPIV3Schema.required).toEqual(['spec']);
    expect(version.subresources).toEqual({ status: {} });
  });

  test.each(kinds)('%s shows phase, image, address, readiness and age, and more when wide', (kind) => {
    const [{ additionalPrinterColumns: columns }] = buildCustomResourceDefinition(kind).spec.versions;
    const narrow = columns.filter(({ priority }) => priority === undefined).map(({ name }) => name);
    const wide = columns.filter(({ priority }) => priority === 1).map(({ name }) => name);
    expect(narrow).toEqual(['Phase', 'Image', 'URL', 'Ready', 'Age']);
    expect(wide.slice(-2)).toEqual(['Revision', 'Reason']);
  });

  test.each(kinds)('Flux neither substitutes in nor prunes %s', (kind) => {
    expect(buildCustomResourceDefinition(kind).metadata.annotations).toEqual({
      'kustomize.toolkit.fluxcd.io/prune': 'disabled',
      'kustomize.toolkit.fluxcd.io/substitute': 'disabled',
    });
  });

  test.each(kinds)('%s is far below the 1 MiB that the API server stores', (kind) => {
    const bytes = Buffer.byteLength(JSON.stringify(buildCustomResourceDefinition(kind)));
    expect(bytes).toBeLessThan(128 * 1024);
  });

  test.each(kinds)('%s survives JSON unchanged and comes out the same twice', (kind) => {
    const text = JSON.stringify(buildCustomResourceDefinition(kind));
    expect(JSON.parse(text)).toEqual(buildCustomResourceDefinition(kind));
    expect(JSON.stringify(buildCustomResourceDefinition(kind))).toBe(text);
  });
});

test('customResourceDefinitions has one entry per kind', () => {
  expect(customResourceDefinitions().map(({ spec }) => spec.names.kind)).toEqual(kinds);
});
