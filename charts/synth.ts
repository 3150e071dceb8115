import { App, Chart } from 'cdk8s';
import { dump } from 'js-yaml';
import { type Environment, readEnvironments, type Releases } from '../stacks/index.ts';
import { buildClusterMonitors } from './cluster-monitors.ts';
import { buildClusterRoles } from './cluster-roles.ts';
import { environmentLabels } from './constructs/labels.ts';
import { buildCrds } from './crds.ts';
import { buildClusterDashboards, buildSharedDashboards } from './dashboards/index.ts';
import { buildDelivery } from './delivery.ts';
import { buildKnative } from './knative.ts';
import { loadSuites, testRunFile } from './load-suites.ts';
import type { ClusterPart, PartContext } from './part.ts';
import { parts } from './parts.ts';
import { type Manifest, parseManifest } from './proof/manifest.ts';
import { buildQuotas } from './quota.ts';
import type { RequiredSecret } from './required-secrets.ts';
import type { SealedSecrets } from './sealed-secrets.ts';
import { buildTestRun } from './test-run.ts';

/** One file of the output: its name without suffix, and its objects in the order of application. */
export interface File {
  readonly name: string;
  readonly manifests: readonly Manifest[];
}

export interface SynthesizedEnvironment {
  readonly environment: Environment;
  readonly files: readonly File[];
  /** Files that no delivery applies, by path below the folder of the environment: a verb starts what is in them. */
  readonly onDemand: readonly File[];
  /** Secrets that the environment needs and nobody has sealed yet. */
  readonly missingSecrets: readonly Pick<RequiredSecret, 'name' | 'namespace'>[];
}

export interface SynthesisInputs {
  readonly releases: Releases;
  readonly sealedSecrets: SealedSecrets;
}

function toFile(chart: Chart): File {
  const rendered: unknown[] = chart.toJson();
  return { name: chart.node.id, manifests: rendered.map(parseManifest) };
}

/** All objects of one environment. Pure: no clock or cluster is read, and no file but the scripts of load tests. */
export function synthesizeEnvironment(environment: Environment, inputs: SynthesisInputs): SynthesizedEnvironment {
  const missingSecrets: Pick<RequiredSecret, 'name' | 'namespace'>[] = [];
  const context: PartContext = {
    environment,
    releases: inputs.releases,
    sealedSecrets: inputs.sealedSecrets,
    flows: parts.flatMap((part) => part.flows?.(environment) ?? []),
    reportMissingSecret: (name, namespace) => missingSecrets.push({ name, namespace }),
  };
  const app = new App();
  const labels = environmentLabels(environment);
  const files = parts.map((part) => {
    const chart = new Chart(app, part.name, { labels, disableResourceNameHashes: true });
    part.build(chart, context);
    return toFile(chart);
  });
  const onDemand = loadSuites(environment).map((suite) => {
    const chart = new Chart(app, testRunFile(suite), { labels, disableResourceNameHashes: true });
    buildTestRun(chart, context, suite);
    return { ...toFile(chart), name: `load-tests/${testRunFile(suite)}` };
  });
  const quota = new Chart(app, 'quota', { labels, disableResourceNameHashes: true });
  buildQuotas(
    quota,
    environment,
    files.flatMap((file) => file.manifests),
  );
  const written = [...files, toFile(quota)].filter((file) => file.manifests.length > 0);
  return { environment, files: written, onDemand, missingSecrets };
}

const sharedLabels = {
  'app.kubernetes.io/part-of': 'knative-lambda',
  'app.kubernetes.io/managed-by': 'knative-lambda-operator',
};

/** What no environment changes: custom resources, ClusterRoles and dashboards. */
export function synthesizeShared(environments: readonly Environment[] = readEnvironments()): readonly File[] {
  const app = new App();
  const crds = new Chart(app, 'crds', { labels: sharedLabels, disableResourceNameHashes: true });
  buildCrds(crds);
  const roles = new Chart(app, 'cluster-roles', { labels: sharedLabels, disableResourceNameHashes: true });
  buildClusterRoles(roles);
  const dashboards = new Chart(app, 'dashboards', { labels: sharedLabels, disableResourceNameHashes: true });
  buildSharedDashboards(dashboards, environments);
  return [crds, roles, dashboards].map(toFile);
}

/** What one cluster holds beside the shared part, from its owner and all environments on it. */
export interface SynthesizedCluster {
  readonly owner: Environment;
  /** All environments on the cluster, the owner among them. */
  readonly environments: readonly Environment[];
  readonly files: readonly File[];
}

/** The parts of every cluster, each built from its owner and all environments on it. */
const clusterParts: readonly ClusterPart[] = [
  { name: 'knative', build: buildKnative },
  { name: 'delivery', build: buildDelivery },
  { name: 'monitors', build: buildClusterMonitors },
  { name: 'dashboards', build: buildClusterDashboards },
];

/** The clusters that the given environments own; `all` says which others run on them. */
export function synthesizeClusters(
  environments: readonly Environment[],
  all: readonly Environment[],
  releases: Releases,
): readonly SynthesizedCluster[] {
  return environments
    .filter(({ cluster }) => cluster.owner)
    .map((owner) => {
      const app = new App();
      const cluster = {
        owner,
        environments: all.filter(({ cluster: { name } }) => name === owner.cluster.name),
        releases,
      };
      const files = clusterParts.map(({ name, build }) => {
        const chart = new Chart(app, name, { labels: sharedLabels, disableResourceNameHashes: true });
        build(chart, cluster);
        return toFile(chart);
      });
      return {
        owner,
        environments: cluster.environments,
        files: files.filter((file) => file.manifests.length > 0),
      };
    });
}

/** YAML of one object; the texts that YAML 1.1 takes for booleans or numbers are quoted, for readers that still do. */
export function printYaml(object: object): string {
  return dump(object, { lineWidth: -1, noRefs: true, skipInvalid: true });
}

/** YAML documents, each begun with `---` so that files can be joined. */
export function toYaml(manifests: readonly Manifest[]): string {
  return manifests.map((manifest) => `---\n${printYaml(manifest)}`).join('');
}
