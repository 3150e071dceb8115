import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { cacheLifecycle, imageLifecycle, type RepositoryLifecycle } from './expiry.ts';
import { type CloudEnvironment, isProduction, repositoryNames } from './names.ts';
import { toText } from './policy-document.ts';

interface RepositoryProps {
  readonly name: string;
  readonly tags: 'IMMUTABLE' | 'MUTABLE';
  readonly lifecycle: RepositoryLifecycle;
}

/** Repositories of the operator's image, of function images, and of the layers that builds keep. */
export class ImageRepositories extends pulumi.ComponentResource {
  readonly urls: Readonly<Record<keyof typeof repositoryNames, pulumi.Output<string>>>;

  constructor(id: string, environment: CloudEnvironment, options: pulumi.ComponentResourceOptions) {
    super('knative-lambda:infra:ImageRepositories', id, {}, options);
    const days = environment.imageRegistry.untaggedDays;
    const keep = isProduction(environment);
    const images = { tags: 'IMMUTABLE', lifecycle: imageLifecycle(days) } as const;
    this.urls = {
      operator: this.#add('operator', { ...images, name: repositoryNames.operator(environment) }, keep),
      functions: this.#add('functions', { ...images, name: repositoryNames.functions(environment) }, keep),
      cache: this.#add(
        'cache',
        { name: repositoryNames.cache(environment), tags: 'MUTABLE', lifecycle: cacheLifecycle(days) },
        false,
      ),
    };
    this.#addRegistrySettings(environment);
    this.registerOutputs(this.urls);
  }

  /** What the registry of the account has once: the isolation of settings lets one environment ask for it. */
  #addRegistrySettings({ cloud, imageRegistry }: CloudEnvironment): void {
    const { functionsRepository, operatorRepository, pullThrough = [], replicateTo = [] } = imageRegistry;
    if (replicateTo.length > 0) {
      const destinations = replicateTo.map((region) => ({ region, registryId: cloud.account }));
      const repositoryFilters = [functionsRepository, operatorRepository].map((filter) => ({
        filter,
        filterType: 'PREFIX_MATCH',
      }));
      new aws.ecr.ReplicationConfiguration(
        'images',
        { replicationConfiguration: { rules: [{ destinations, repositoryFilters }] } },
        { parent: this },
      );
    }
    for (const { prefix, upstream } of pullThrough) {
      new aws.ecr.PullThroughCacheRule(
        prefix,
        { ecrRepositoryPrefix: prefix, upstreamRegistryUrl: upstream },
        { parent: this },
      );
    }
  }

  #add(id: string, { name, tags, lifecycle }: RepositoryProps, keep: boolean): pulumi.Output<string> {
    const repository = new aws.ecr.Repository(
      id,
      {
        name,
        imageTagMutability: tags,
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: 'AES256' }],
      },
      { parent: this, protect: keep, retainOnDelete: keep },
    );
    new aws.ecr.LifecyclePolicy(id, { repository: repository.name, policy: toText(lifecycle) }, { parent: repository });
    return repository.repositoryUrl;
  }
}
