import { ConfigurationError, type Environment, type Releases } from '../../stacks/index.ts';

/** Addresses of Elastic Container Registry. */
export const ecrHost = /[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/;

/** Host of the registry that nodes pull from. */
export function registryHost({ cloud, imageRegistry }: Environment): string {
  return imageRegistry.kind === 'ecr' && cloud !== undefined
    ? `${cloud.account}.dkr.ecr.${cloud.region}.amazonaws.com`
    : imageRegistry.kind === 'registry'
      ? imageRegistry.pull
      : '';
}

/** Host of the registry that build pods push to. */
export function pushRegistryHost(environment: Environment): string {
  return environment.imageRegistry.kind === 'registry' ? environment.imageRegistry.push : registryHost(environment);
}

function reference(
  repository: string,
  { tag, digest }: { readonly tag: string; readonly digest: string | null },
): string {
  return digest === null ? `${repository}:${tag}` : `${repository}:${tag}@${digest}`;
}

/** Image of operator and receiver: one image, two modes. The key is that of the release, default the environment. */
export function operatorImage(environment: Environment, releases: Releases, key = environment.name): string {
  const release = releases.operator[key];
  if (release === undefined) {
    throw new ConfigurationError([
      `stacks/releases.yaml: operator.${key}: missing; add the tag that the environment runs`,
    ]);
  }
  return reference(`${registryHost(environment)}/${environment.imageRegistry.operatorRepository}`, release);
}

/** Image that runs load tests. */
export function loadTestImage({ loadTests: { k6 } }: Releases): string {
  return reference(k6.repository, k6);
}

/** Image of the connector that reads a queue of SQS. */
export function queueConnectorImage({ connectors: { sqs } }: Releases): string {
  return reference(sqs.repository, sqs);
}

/** Image of the program that builds function images. */
export function builderImage(environment: Environment, releases: Releases): string {
  const release = releases.builders[environment.builds.builder];
  if (release === undefined) {
    throw new ConfigurationError([
      `stacks/releases.yaml: builders.${environment.builds.builder}: missing; add the repository and tag of the builder that ${environment.name} uses`,
    ]);
  }
  return reference(release.repository, release);
}
