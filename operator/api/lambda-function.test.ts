import { describe, expect, test } from '@jest/globals';
import { lambdaFunctionManifestSchema, lambdaFunctionSchema } from './lambda-function.ts';

const manifest = {
  apiVersion: 'lambda.knative.io/v1alpha1',
  kind: 'LambdaFunction',
  metadata: { name: 'hello-python', namespace: 'knative-lambda' },
  spec: {
    source: { type: 'inline', inline: { code: 'def handler(event, context): return {}' } },
    runtime: { language: 'python', version: '3.11' },
  },
};

const metadata = {
  ...manifest.metadata,
  uid: '0f7b',
  resourceVersion: '7',
  generation: 2,
  creationTimestamp: '2026-01-01T00:00:00Z',
  managedFields: [],
};

describe('a LambdaFunction', () => {
  test('parses as a person writes it, and gains nothing', () => {
    expect(lambdaFunctionManifestSchema.parse(manifest)).toEqual(manifest);
  });

  test('parses as the API server returns it, with lists and maps that are never absent', () => {
    const parsed = lambdaFunctionSchema.parse({ ...manifest, metadata, status: { phase: 'Ready', later: true } });
    expect(parsed.metadata).toMatchObject({ uid: '0f7b', labels: {}, annotations: {}, finalizers: [] });
    expect(parsed.metadata).not.toHaveProperty('managedFields');
    expect(parsed.status).toEqual({ phase: 'Ready' });
  });

  test('fails on an unknown key in the spec and names it', () => {
    const spec = { ...manifest.spec, source: { ...manifest.spec.source, credentialsSecret: 'a' } };
    const { error } = lambdaFunctionSchema.safeParse({ ...manifest, metadata, spec });
    expect(error?.issues).toMatchObject([{ path: ['spec', 'source'], keys: ['credentialsSecret'] }]);
  });

  test('fails without what the API server always gives', () => {
    expect(lambdaFunctionSchema.safeParse(manifest).error?.issues.map(({ path }) => path.join('.'))).toEqual([
      'metadata.uid',
      'metadata.resourceVersion',
      'metadata.generation',
      'metadata.creationTimestamp',
    ]);
  });

  test('fails on the other kind', () => {
    expect(lambdaFunctionManifestSchema.safeParse({ ...manifest, kind: 'LambdaAgent' }).success).toBe(false);
  });
});
