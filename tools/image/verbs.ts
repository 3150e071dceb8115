import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operatorImage } from '../../charts/constructs/image.ts';
import {
  ConfigurationError,
  type Environment,
  findEnvironment,
  projectRoot,
  readEnvironments,
  readReleases,
} from '../../stacks/index.ts';
import { toCommandLine } from '../operations/kubectl.ts';
import { type Builder, chooseBuilder, type ImageBuild } from './builder.ts';
import { bundleImage } from './bundle.ts';
import { writeRelease } from './releases-file.ts';

export interface ImageVerb {
  readonly name: string;
  /** Whether the name of an environment ends the verb. */
  readonly environment: 'suffix' | 'none';
  readonly does: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly run: (environment: string) => Promise<void>;
}

const bundleFolder = join(projectRoot, 'dist', 'image');
const given = (name: string): string => process.env[name] ?? '';

/** What a command prints; undefined when it fails. */
function readCommand(program: string, ...args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(program, args, { cwd: projectRoot, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** The commit that the sources are; undefined where they are none, or hold changes that it has not. */
function sourceCommit(): string | undefined {
  const isClean = readCommand('git', 'status', '--porcelain', '--', 'operator', 'package-lock.json') === '';
  return isClean ? readCommand('git', 'rev-parse', 'HEAD') : undefined;
}

/** Runs a builder on the terminal; each command is printed, as it can be pasted, before it runs. Standard output is for the answer. */
function runBuilder({ name }: Builder, commands: readonly (readonly string[])[]): void {
  for (const args of commands) {
    process.stderr.write(`${toCommandLine(name, args)}\n`);
    const { status, signal } = spawnSync(name, args, { cwd: projectRoot, stdio: ['inherit', 2, 2] });
    if (status !== 0) {
      throw new ConfigurationError([
        `${name} ${args[0]}: ${signal === null ? `exit code ${status}` : `stopped by ${signal}`}; what it printed says why`,
      ]);
    }
  }
}

/** Name of the image that the manifests of the environment ask for, without its digest. */
function referenceOf(environment: Environment, tag: string): string {
  const releases = readReleases();
  const release = { tag, digest: null, commit: null };
  return operatorImage(environment, { ...releases, operator: { [environment.name]: release } });
}

function tagOf({ name }: Environment): string {
  const wanted = given('TAG');
  return wanted === '' ? (readReleases().operator[name]?.tag ?? '') : wanted;
}

async function bundle(): Promise<void> {
  for (const name of (await bundleImage(bundleFolder)).keys()) {
    const kilobytes = Math.ceil(statSync(join(bundleFolder, name)).size / 1000);
    process.stderr.write(`dist/image/${name}: ${kilobytes} kB\n`);
  }
}

function imageOf(reference: string, commit: string | undefined): ImageBuild {
  const base = given('NODE_IMAGE');
  return {
    reference,
    dockerfile: join(projectRoot, 'operator', 'Dockerfile'),
    context: bundleFolder,
    buildArguments: {
      ...(base === '' ? {} : { NODE_IMAGE: base }),
      VERSION: readFileSync(join(projectRoot, 'VERSION'), 'utf8').trim(),
      COMMIT: commit ?? 'unknown',
    },
  };
}

async function buildLocally(): Promise<void> {
  const environment = findEnvironment(readEnvironments(), given('ENV') || 'pro');
  const builder = chooseBuilder(given('BUILDER'), process.env);
  await bundle();
  const reference = referenceOf(environment, tagOf(environment));
  runBuilder(builder, builder.build(imageOf(reference, sourceCommit())));
  process.stdout.write(`${reference}\n`);
}

async function buildAndPush(name: string): Promise<void> {
  const environment = findEnvironment(readEnvironments(), name);
  const builder = chooseBuilder(given('BUILDER'), process.env);
  await bundle();
  const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-image-'));
  try {
    const digestFile = join(folder, 'digest');
    const [tag, commit] = [tagOf(environment), sourceCommit()];
    const reference = referenceOf(environment, tag);
    const { imageRegistry } = environment;
    const push = {
      ...imageOf(reference, commit),
      platforms: (given('PLATFORMS') || 'linux/amd64,linux/arm64').split(','),
      insecure: imageRegistry.kind === 'registry' && imageRegistry.insecure,
      digestFile,
    };
    runBuilder(builder, builder.push(push));
    const digest = digestIn(digestFile, builder);
    process.stdout.write(`${reference}@${digest}\n`);
    recordRelease(environment, { tag, digest, commit: commit ?? null });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @throws ConfigurationError when nothing was pushed: some versions of buildah say so in no other way */
function digestIn(file: string, { name, readDigest }: Builder): string {
  const digest = existsSync(file) ? readDigest(readFileSync(file, 'utf8')) : '';
  if (/^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
  throw new ConfigurationError([`${name}: got no digest of a pushed image; what it printed may say why`]);
}

function recordRelease({ name, delivery }: Environment, release: Parameters<typeof writeRelease>[1]): void {
  if (delivery.imageAutomation === undefined) {
    writeRelease(name, release);
    process.stderr.write(`stacks/releases.yaml names it; now: make synth\n`);
  } else {
    process.stderr.write(
      `Flux writes it into stacks/releases.yaml: ${name} follows tags that match ${delivery.imageAutomation.tags}\n`,
    );
  }
}

const shared = {
  BUILDER: 'docker, podman or buildah; the first that works unless given',
  NODE_IMAGE: 'image that Node.js is taken from, with a digest or not; that of operator/Dockerfile unless given',
  TAG: 'tag of the image, that of stacks/releases.yaml unless given',
} as const;

/** What a person does with the image of operator and receiver. */
export const imageVerbs: readonly ImageVerb[] = [
  {
    name: 'image-bundle',
    environment: 'none',
    does: 'write the files that the image runs, dist/image/',
    variables: {},
    run: bundle,
  },
  {
    name: 'build-images-local',
    environment: 'none',
    does: 'build the image for this machine, under the name that the manifests have',
    variables: { ENV: 'environment that names it, pro unless given', ...shared },
    run: buildLocally,
  },
  {
    name: 'build-and-push-all',
    environment: 'suffix',
    does: 'build the image for every platform, push it and write its digest to stacks/releases.yaml',
    variables: { PLATFORMS: 'platforms, linux/amd64,linux/arm64 unless given', ...shared },
    run: buildAndPush,
  },
];

/** The verb as help and reference show it. */
export const shownImageVerb = ({ name, environment }: ImageVerb): string =>
  environment === 'suffix' ? `${name}-<env>` : name;
