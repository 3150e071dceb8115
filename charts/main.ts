import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import {
  ConfigurationError,
  type Environment,
  findEnvironment,
  projectRoot,
  readEnvironments,
  readReleases,
  type Releases,
} from '../stacks/index.ts';
import { proveEnvironment } from './proof/index.ts';
import { readSealedSecrets, sealedFolder } from './sealed-secrets.ts';
import { type File, synthesizeEnvironment, synthesizeShared, type SynthesizedEnvironment } from './synth.ts';
import { clusterTree, environmentStream, environmentTree, type Tree } from './tree.ts';
import { writeTree } from './write-tree.ts';

/** Where cdk8s.yaml makes the CLI look: a link to manifests/, because the CLI deletes its output folder before it starts. */
const cliOutput = join(projectRoot, 'dist', 'manifests');
const manifests = join(projectRoot, 'manifests');

type Target = { readonly kind: 'folder'; readonly path: string } | { readonly kind: 'stream'; readonly path: string };

/**
 * OUT names a folder; CDK8S_OUTDIR comes from the cdk8s CLI, which has just removed the folder that it names,
 * except with --stdout, where it has made a fresh temporary one.
 */
function readTarget(out: string | undefined, outdir: string | undefined): Target {
  if (out !== undefined && out !== '') {
    return { kind: 'folder', path: resolve(out) };
  }
  if (outdir === undefined || resolve(outdir) === cliOutput) {
    return { kind: 'folder', path: manifests };
  }
  return existsSync(outdir) ? { kind: 'stream', path: outdir } : { kind: 'folder', path: resolve(outdir) };
}

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

/** The folders of the environments, and what belongs to the clusters that they own. */
function writeFolder(path: string, synthesized: readonly SynthesizedEnvironment[], shared: readonly File[]): void {
  const owners = synthesized.map(({ environment }) => environment).filter(({ cluster }) => cluster.owner);
  const folders = [
    ...synthesized.map(({ environment }) => environment.name),
    ...(owners.length > 0 ? ['shared', ...owners.map(({ cluster }) => `clusters/${cluster.name}`)] : []),
  ];
  const tree: Tree = new Map([
    ...synthesized.flatMap((one) => [...environmentTree(one)]),
    ...(owners.length > 0 ? clusterTree(owners, shared) : []),
  ]);
  const { written, removed, unchanged } = writeTree(path, folders, tree);
  const shown = relative(process.cwd(), path) || '.';
  process.stderr.write(`${shown}: ${written.length} written, ${removed.length} removed, ${unchanged} unchanged\n`);
}

function linkCliOutput(): void {
  mkdirSync(dirname(cliOutput), { recursive: true });
  if (lstatSync(cliOutput, { throwIfNoEntry: false }) !== undefined) {
    rmSync(cliOutput, { recursive: true });
  }
  symlinkSync(relative(dirname(cliOutput), manifests), cliOutput);
}

function main(): void {
  const environments = readEnvironments();
  const chosen = chooseEnvironments(environments, process.env['ENV']);
  const shared = synthesizeShared();
  const releases = readReleases();
  const synthesized = chosen.map((environment) => synthesize(environment, releases));
  const faults = synthesized.flatMap((one) => proveEnvironment(one, shared));
  if (faults.length > 0) {
    throw new ConfigurationError(faults);
  }
  const outdir = process.env['CDK8S_OUTDIR'];
  const target = readTarget(process.env['OUT'], outdir);
  switch (target.kind) {
    case 'folder':
      writeFolder(target.path, synthesized, shared);
      break;
    case 'stream':
      writeFileSync(join(target.path, 'stream.yaml'), synthesized.map(environmentStream).join(''));
      break;
  }
  if (outdir !== undefined && resolve(outdir) === cliOutput) {
    linkCliOutput();
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
