import { brokerFaults, keysInBroker } from './collect-broker-references.ts';
import { collectReferences } from './collect-references.ts';
import { type Manifest } from './manifest.ts';
import type { Output } from './output.ts';
import { providedByPlatform } from './provided.ts';
import { namespaced } from './reference.ts';
import { selectorFaults } from './selectors.ts';

const clusterScoped = new Set([
  'Namespace',
  'ClusterIssuer',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
]);

/** Kinds whose controller makes a Secret of the same name. */
const secretMakers = new Set(['SealedSecret', 'ExternalSecret', 'Certificate']);

function keysOf(manifest: Manifest): readonly string[] {
  const { kind, metadata } = manifest;
  const name = clusterScoped.has(kind) ? metadata.name : namespaced(metadata.namespace, metadata.name);
  const own = `${kind} ${name}`;
  return [own, ...(secretMakers.has(kind) ? [`Secret ${name}`] : []), ...keysInBroker(manifest)];
}

/** A Secret, ConfigMap, ServiceAccount, Role, Service, port or namespace that nobody creates, or a selector without pods. */
export function referenceFaults(output: Output): readonly string[] {
  const existing = new Set([
    ...[...output.manifests, ...output.shared].flatMap(keysOf),
    ...output.served.flatMap(providedByPlatform).map(({ kind, name }) => `${kind} ${name}`),
  ]);
  const dangling = collectReferences(output)
    .filter(({ kind, name }) => !existing.has(`${kind} ${name}`))
    .map(
      ({ from, kind, name }) =>
        `${from}: refers to ${kind} ${name}, which nothing creates; add it, or declare who provides it in charts/proof/provided.ts`,
    );
  return [...dangling, ...brokerFaults(output), ...selectorFaults(output)];
}
