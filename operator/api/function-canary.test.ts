import { describe, expect, test } from '@jest/globals';
import { buildFunctionCanary } from './function-canary.ts';

const objects = buildFunctionCanary({
  name: 'hello-python',
  namespace: 'functions',
  prometheusUrl: 'http://prometheus:9090',
  maxLatencyMs: 800,
});
const canary = objects.at(-1);

describe('a canary of a function', () => {
  test('routes through Knative and leaves Services to it', () => {
    expect(canary?.spec).toMatchObject({
      provider: 'knative',
      targetRef: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'hello-python' },
    });
    expect(canary?.spec).not.toHaveProperty('service');
  });

  test('names only templates that come with it', () => {
    const templates = objects.filter(({ kind }) => kind === 'MetricTemplate').map(({ metadata }) => metadata.name);
    expect(templates).toEqual(['hello-python-success', 'hello-python-latency', 'hello-python-count']);
    expect(canary?.spec).toMatchObject({
      analysis: {
        metrics: [
          { templateRef: { name: 'hello-python-success' }, thresholdRange: { min: 99 } },
          { templateRef: { name: 'hello-python-latency' }, thresholdRange: { max: 800 } },
          { templateRef: { name: 'hello-python-count' }, thresholdRange: { min: 100 } },
        ],
      },
    });
  });

  test('judges the latest revision and not the one before', () => {
    const queries = objects.flatMap(({ spec }) => ('query' in spec ? [String(spec.query)] : []));
    expect(queries).toHaveLength(3);
    expect(queries.filter((query) => !query.includes('pod=~"{{ route }}-deployment-'))).toEqual([]);
    expect(queries.filter((query) => /\{\{ target \}\}|-primary/.test(query))).toEqual([]);
  });
});
