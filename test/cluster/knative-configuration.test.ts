import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { readEnvironments } from '../../stacks/index.ts';
import { locateFolder } from '../../tools/real-parts/locate.ts';
import { knativeConfigurationPart } from '../../tools/real-parts/parts.ts';
import { readManifests } from './committed-manifests.ts';

const clusters = [...new Set(readEnvironments().map(({ cluster }) => cluster.name))];
const configured = z.looseObject({
  spec: z.looseObject({ config: z.record(z.string(), z.record(z.string(), z.string())) }),
});
const configMap = z.looseObject({ data: z.record(z.string(), z.string()) });
const keyed = z.record(z.string(), z.unknown());

/** Keys that Knative reads from one of its ConfigMaps, from the example in it or from its own values. */
function knownKeys(namespace: string, name: string): readonly string[] {
  const path = join(locateFolder(knativeConfigurationPart) ?? '', `${namespace}.config-${name}.yaml`);
  const { _example: example, ...data } = configMap.parse(parse(readFileSync(path, 'utf8'))).data;
  return [...Object.keys(data), ...Object.keys(example === undefined ? {} : keyed.parse(parse(example)))];
}

type Configuration = z.output<typeof configured>['spec']['config'];

function unknownKeys(namespace: string, config: Configuration): readonly string[] {
  return Object.entries(config).flatMap(([name, values]) => {
    const known = knownKeys(namespace, name);
    return Object.keys(values)
      .filter((key) => !known.includes(key))
      .map((key) => `config-${name}: ${key}`);
  });
}

function configurationOf(cluster: string, kind: string): Configuration {
  const found = readManifests(`clusters/${cluster}`).find((manifest) => manifest.kind === kind);
  return configured.parse(found).spec.config;
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
