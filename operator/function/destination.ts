import type { LambdaFunction, LambdaFunctionSpec } from '../api/index.ts';

/** The registry of an environment. */
export interface RegistrySettings {
  /** Host, or host and path, that builds push to. */
  readonly push: string;
  /** The same registry, as nodes reach it. */
  readonly pull: string;
  /** Repository of function images below it. */
  readonly repository: string;
  readonly insecure: boolean;
  /** Secret that builds push with where the function names none. */
  readonly pushSecret: string | undefined;
}

/** Where an image goes, and how. */
export interface Destination {
  /** `host/repository:tag`, as a build pushes it. */
  readonly pushReference: string;
  /** `host/repository`, as a node pulls it. */
  readonly pullRepository: string;
  readonly tag: string;
  /** Whether the author chose the tag. */
  readonly isTagFixed: boolean;
  readonly isInsecure: boolean;
  readonly pushSecret: string | undefined;
  readonly awsRegion: string | undefined;
}

type Build = NonNullable<LambdaFunctionSpec['build']>;

/** Hosts of registry types that have one; the others are named by `spec.build.registry`, or are the environment's. */
const hostsByType: Readonly<Partial<Record<Build['registryType'], string>>> = {
  gcr: 'gcr.io',
  ghcr: 'ghcr.io',
  dockerhub: 'docker.io',
};

const ecrHost = /^[0-9]{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/;

/** What the tag of an image says of its content: another attempt has another one, as a tag may be immutable. */
export function tagKey(contentKey: string, attempt: number): string {
  return attempt === 1 ? contentKey : `${contentKey}-${attempt}`;
}

/** Where the image of a function goes. Its own tag names namespace and content: functions with the same content share it. */
export function destinationOf(
  { metadata, spec }: LambdaFunction,
  key: string,
  settings: RegistrySettings,
): Destination {
  const build: Partial<Build> = spec.build ?? {};
  const { registry, repository } = placeOf(build, settings);
  const isOurs = registry === settings.push;
  const tag = orElse(build.tag, `${metadata.namespace}-${key}`);
  return {
    pushReference: `${registry}/${repository}:${tag}`,
    pullRepository: `${isOurs ? settings.pull : registry}/${repository}`,
    tag,
    isTagFixed: orElse(build.tag, '') !== '',
    isInsecure: build.insecure === true || (isOurs && settings.insecure),
    pushSecret: build.imagePullSecret ?? (isOurs ? settings.pushSecret : undefined),
    awsRegion: build.awsRegion ?? ecrHost.exec(hostOf(registry))?.[1],
  };
}

/** Empty counts as absent: templated manifests write it. */
const orElse = (text: string | undefined, otherwise: string): string =>
  text === undefined || text === '' ? otherwise : text;

interface Place {
  readonly registry: string;
  readonly repository: string;
}

/** A repository may begin with its host, as images are written, unless the registry is named too. */
function placeOf({ registry, registryType = 'local', repository }: Partial<Build>, settings: RegistrySettings): Place {
  if (registry !== undefined) return { registry, repository: repository ?? settings.repository };
  const [first = '', ...rest] = (repository ?? '').split('/');
  if (rest.length > 0 && isHost(first)) return { registry: first, repository: rest.join('/') };
  return { registry: hostsByType[registryType] ?? settings.push, repository: repository ?? settings.repository };
}

/** As container tools tell a host from the first part of a repository. */
const isHost = (part: string): boolean => part === 'localhost' || /[.:]/.test(part);

export function hostOf(reference: string): string {
  return reference.split('/')[0] ?? '';
}

/** Image of a source that is one already; undefined for any other source. */
export function givenImage({ source }: LambdaFunctionSpec): string | undefined {
  if (source.type !== 'image' || source.image === undefined) return undefined;
  const { digest = '', repository, tag } = source.image;
  return digest === '' ? `${repository}:${orElse(tag, 'latest')}` : `${repository}@${digest}`;
}
