import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import { ConfigurationError } from '../../stacks/index.ts';

/** What is built, and what it is called. */
export interface ImageBuild {
  /** Repository and tag. */
  readonly reference: string;
  readonly dockerfile: string;
  /** Folder whose files the Dockerfile copies. */
  readonly context: string;
  readonly buildArguments: Readonly<Record<string, string>>;
}

export interface ImagePush extends ImageBuild {
  /** Such as linux/arm64. */
  readonly platforms: readonly string[];
  /** Whether the registry is spoken to without TLS. */
  readonly insecure: boolean;
  /** File that the builder writes the digest of the pushed image into. */
  readonly digestFile: string;
}

type Arguments = readonly string[];

/** A program that builds images; each method is the command lines that do it. */
export interface Builder {
  readonly name: string;
  /** Succeeds where the program works, its service included. */
  readonly probe: Arguments;
  build(this: void, image: ImageBuild): readonly Arguments[];
  push(this: void, image: ImagePush): readonly Arguments[];
  /** The digest in what the builder wrote. */
  readDigest(this: void, text: string): string;
}

function sharedOptions({ dockerfile, buildArguments }: ImageBuild): Arguments {
  const pairs = Object.entries(buildArguments).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  return ['--file', dockerfile, ...pairs];
}

const dockerMetadata = z.looseObject({ 'containerimage.digest': z.string() });

const docker: Builder = {
  name: 'docker',
  probe: ['version', '--format', '{{.Server.Version}}'],
  build: (image) => [['build', ...sharedOptions(image), '--tag', image.reference, image.context]],
  push(image) {
    const { platforms, digestFile, reference, context } = image;
    const options = ['--push', '--provenance=false', '--platform', platforms.join(','), '--metadata-file', digestFile];
    return [['buildx', 'build', ...options, ...sharedOptions(image), '--tag', reference, context]];
  },
  readDigest: (text) => dockerMetadata.parse(JSON.parse(text))['containerimage.digest'],
};

/** podman and buildah: one list of images for all platforms, made here and pushed as a whole. */
const listBuilder = (name: string, probe: Arguments): Builder => ({
  name,
  probe,
  build: (image) => [['build', '--layers', ...sharedOptions(image), '--tag', image.reference, image.context]],
  push(image) {
    const { reference, platforms, digestFile, context } = image;
    const list = `localhost/${reference.replace(/^[^/]+\//, '')}-${process.pid}`;
    const options = ['--layers', '--platform', platforms.join(','), '--manifest', list];
    const pushOptions = [
      '--all',
      '--rm',
      '--digestfile',
      digestFile,
      ...(image.insecure ? ['--tls-verify=false'] : []),
    ];
    return [
      ['build', ...options, ...sharedOptions(image), context],
      ['manifest', 'push', ...pushOptions, list, `docker://${reference}`],
    ];
  },
  readDigest: (text) => text.trim(),
});

const builders: readonly Builder[] = [docker, listBuilder('podman', ['info']), listBuilder('buildah', ['info'])];

/** Why the program does not work here; undefined where it does. */
function findFault({ name, probe }: Builder, env: NodeJS.ProcessEnv): string | undefined {
  const { status, error, stderr } = spawnSync(name, probe, { encoding: 'utf8', env });
  if (error !== undefined) return `${name} is not installed`;
  return status === 0 ? undefined : `${name} does not work: ${stderr.trim().split('\n').at(-1)}`;
}

/**
 * The builder of that name, or the first of docker, podman and buildah that works.
 * @throws ConfigurationError saying why none of them does
 */
export function chooseBuilder(name: string, environment: NodeJS.ProcessEnv): Builder {
  const names = builders.map((builder) => builder.name).join(', ');
  const wanted = builders.filter((builder) => name === '' || builder.name === name);
  if (wanted.length === 0) throw new ConfigurationError([`BUILDER: got ${name}, allowed ${names}; leave it out`]);
  const faults: string[] = [];
  for (const builder of wanted) {
    const fault = findFault(builder, environment);
    if (fault === undefined) return builder;
    faults.push(fault);
  }
  throw new ConfigurationError([
    `builder: got none that works, allowed ${names}; install or start one`,
    ...faults.map((fault) => `  ${fault}`),
  ]);
}
