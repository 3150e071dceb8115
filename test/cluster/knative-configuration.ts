import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { locateFolder } from '../../tools/real-parts/locate.ts';
import { knativeConfigurationPart } from '../../tools/real-parts/parts.ts';
import { readManifests } from './committed-manifests.ts';

const configured = z.looseObject({
  spec: z.looseObject({ config: z.record(z.string(), z.record(z.string(), z.string())) }),
});

/** Values by key, by the name of a ConfigMap without its `config-`. */
export type KnativeConfiguration = z.output<typeof configured>['spec']['config'];

const configMap = z.looseObject({
  kind: z.literal('ConfigMap'),
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
  data: z.record(z.string(), z.string()).default({}),
});

export type KnativeConfigMap = z.output<typeof configMap>;

/** What the KnativeServing or KnativeEventing of a cluster sets. */
export function configurationOf(cluster: string, kind: string): KnativeConfiguration {
  const found = readManifests(`clusters/${cluster}`).find((manifest) => manifest.kind === kind);
  return configured.parse(found).spec.config;
}

/** ConfigMaps of a system as its release has them. */
export function publishedConfigMaps(namespace: string): readonly KnativeConfigMap[] {
  const folder = locateFolder(knativeConfigurationPart) ?? '';
  const files = readdirSync(folder).filter((name) => name.startsWith(`${namespace}.`));
  return files.toSorted().map((file) => configMap.parse(parse(readFileSync(join(folder, file), 'utf8'))));
}

/** ConfigMaps as the Knative operator writes them: each value in its place, all else as published. */
export function mergedConfigMaps(namespace: string, configuration: KnativeConfiguration): readonly KnativeConfigMap[] {
  return publishedConfigMaps(namespace).map((one) => {
    const values = configuration[one.metadata.name.replace(/^config-/, '')];
    return { ...one, data: { ...one.data, ...values } };
  });
}
