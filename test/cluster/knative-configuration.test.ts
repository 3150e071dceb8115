import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { readEnvironments } from '../../stacks/index.ts';
import { configurationOf, type KnativeConfiguration, publishedConfigMaps } from './knative-configuration.ts';

const clusters = [...new Set(readEnvironments().map(({ cluster }) => cluster.name))];
const keyed = z.record(z.string(), z.unknown());

/** Keys that Knative reads from one of its ConfigMaps, from the example in it or from its own values. */
function knownKeys(namespace: string, name: string): readonly string[] {
  const found = publishedConfigMaps(namespace).find(({ metadata }) => metadata.name === `config-${name}`);
  const { _example: example, ...data } = found?.data ?? {};
  return [...Object.keys(data), ...Object.keys(example === undefined ? {} : keyed.parse(parse(example)))];
}

function unknownKeys(namespace: string, config: KnativeConfiguration): readonly string[] {
  return Object.entries(config).flatMap(([name, values]) => {
    const known = knownKeys(namespace, name);
    return Object.keys(values)
      .filter((key) => !known.includes(key))
      .map((key) => `config-${name}: ${key}`);
  });
}

describe.each(clusters)('Knative of cluster %s', (cluster) => {
  test.each([
    ['KnativeServing', 'knative-serving'],
    ['KnativeEventing', 'knative-eventing'],
  ])('is configured by %s with keys that Knative reads', (kind, namespace) => {
    const config = configurationOf(cluster, kind);
    expect(Object.values(config).flatMap((values) => Object.keys(values))).not.toEqual([]);
    expect(unknownKeys(namespace, config)).toEqual([]);
  });
});

test('fails on a key that Knative does not read', () => {
  const config = { gc: { 'max-non-active-revisions': '3', 'max-old-revisions': '3' } };
  expect(unknownKeys('knative-serving', config)).toEqual(['config-gc: max-old-revisions']);
});
