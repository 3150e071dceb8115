import { describe, expect, test } from '@jest/globals';
import type { Metric } from './metric.ts';
import { metrics } from './metrics.ts';

const table: readonly (readonly [string, Metric])[] = Object.entries(metrics);

/** Labels that the scrape writes, and identifiers that would make a series each. */
const forbiddenLabels = ['namespace', 'pod', 'job', 'instance', 'environment', 'invocation_id', 'trace_id', 'user_id'];

describe('the table of metrics', () => {
  test.each(table)('names %s as Prometheus does', (name, { type, labels, buckets }) => {
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(labels.filter((label) => forbiddenLabels.includes(label))).toEqual([]);
    expect(labels.filter((label) => !/^[a-z][a-z0-9_]*$/.test(label))).toEqual([]);
    expect(buckets !== undefined).toBe(type === 'histogram');
    expect(buckets ?? []).toEqual([...(buckets ?? [])].toSorted((a, b) => a - b));
  });

  test.each(table)('says what %s means in a sentence', (_, { help }) => {
    expect(help).toMatch(/^\S.*\.$/);
  });
});
