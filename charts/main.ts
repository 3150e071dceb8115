import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  ConfigurationError,
  type Environment,
  findEnvironment,
  readEnvironments,
  readReleases,
  type Releases,
} from '../stacks/index.ts';
import { proveCluster, proveEnvironment } from './proof/index.ts';
import { readSealedSecrets, sealedFolder } from './sealed-secrets.ts';
import {
  type File,
  synthesizeClusters,
  type SynthesizedCluster,
  synthesizeEnvironment,
  type SynthesizedEnvironment,
  synthesizeShared,
} from './synth.ts';
import { readTarget } from './target.ts';
import { clusterTree, environmentStream, environmentTree, type Tree } from './tree.ts';
import { writeTree } from './write-tree.ts';

function chooseEnvironments(environments: readonly Environment[], name: string | undefined): readonly Environment[] {
  return name === undefined || name === '' ? environments : [findEnvironment(environments, name)];
}

function synthesize(environment: Environment, releases: Releases): SynthesizedEnvironment {
  const sealedSecrets = readSealedSecrets(sealedFolder(environment.name));
  return synthesizeEnvironment(environment, { releases, sealedSecrets });
}

function report(synthesized: readonly SynthesizedEnvironment[]): void {
  for (const { environment, missingSecrets } of synthesized) {
    for (const { name, namespace } of missingSecrets) {
      process.stderr.write(
        `${environment.name}: Secret ${namespace}/${name} is not sealed yet and is left out; run make seal ENV=${environment.name} SECRET=${name}\n`,
      );
    }
  }
}

interface Synthesis {
  readonly synthesized: readonly SynthesizedEnvironment[];
  readonly clusters: readonly SynthesizedCluster[];
  readonly shared: readonly File[];
  /** Whether it is of all environments, so that the folders of others are left-overs. */
  readonly isWhole: boolean;
}

/** The folders of the environments, and what belongs to the clusters that they own. */
function writeFolder(path: string, { synthesized, clusters, shared, isWhole }: Synthesis): void {
  const folders = [
    ...synthesized.map(({ environment }) => environment.name),
    ...(clusters.length > 0 ? ['shared', ...clusters.map(({ owner }) => `clusters/${owner.cluster.name}`)] : []),
    ...(isWhole ? ['clusters'] : []),
  ];
  const tree: Tree = new Map([
    ...synthesized.flatMap((one) => [...environmentTree(one)]),
    ...(clusters.length > 0 ? clusterTree(clusters, shared) : []),
  ]);
  const { written, removed, unchanged } = writeTree(path, { tree, folders, isWhole });
  const shown = relative(process.cwd(), path) || '.';
  process.stderr.write(`${shown}: ${written.length} written, ${removed.length} removed, ${unchanged} unchanged\n`);
}

function main(): void {
  const environments = readEnvironments();
  const chosen = chooseEnvironments(environments, process.env['ENV']);
  const shared = synthesizeShared(environments);
  const releases = readReleases();
  const synthesized = chosen.map((environment) => synthesize(environment, releases));
  const clusters = synthesizeClusters(chosen, environments, releases);
  const faults = [
    ...synthesized.flatMap((one) => proveEnvironment(one, shared)),
    ...clusters.flatMap((one) => proveCluster(one, shared)),
  ];
  if (faults.length > 0) {
    throw new ConfigurationError(faults);
  }
  const target = readTarget(process.env);
  switch (target.kind) {
    case 'folder':
      writeFolder(target.path, { synthesized, clusters, shared, isWhole: chosen.length === environments.length });
      target.finish();
      break;
    case 'stream':
      writeFileSync(join(target.path, 'stream.yaml'), synthesized.map(environmentStream).join(''));
      break;
  }
  report(synthesized);
}

try {
  main();
} catch (error) {
  if (!(error instanceof ConfigurationError)) {
    throw error;
  }
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
