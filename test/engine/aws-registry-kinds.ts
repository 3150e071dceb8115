import { type AwsClient, AwsError, type AwsProperties } from './aws-client.ts';
import { type AwsKind, documentOf, listOf, objectOf, readTags, tagList, textOf } from './aws-kind.ts';

async function describe(aws: AwsClient, name: unknown): Promise<AwsProperties> {
  const [found] = listOf((await aws.call('ecr', 'describe_repositories', { repositoryNames: [name] }))['repositories']);
  if (found === undefined) throw new AwsError('RepositoryNotFoundException', `no repository ${String(name)}`);
  return found;
}

const repository: AwsKind = {
  fixed: ['name', 'encryptionConfigurations'],
  create: async (aws, inputs) => {
    const { repository: made } = await aws.call('ecr', 'create_repository', {
      repositoryName: inputs['name'],
      imageTagMutability: inputs['imageTagMutability'],
      imageScanningConfiguration: inputs['imageScanningConfiguration'],
      encryptionConfiguration: listOf(inputs['encryptionConfigurations'])[0],
      tags: tagList(inputs),
    });
    const { repositoryArn, repositoryUri, registryId } = objectOf(made);
    return { id: textOf(inputs['name']), arn: repositoryArn, repositoryUrl: repositoryUri, registryId };
  },
  update: async (aws, inputs, { arn }) => {
    const repositoryName = inputs['name'];
    const { imageTagMutability, imageScanningConfiguration } = inputs;
    await aws.call('ecr', 'put_image_tag_mutability', { repositoryName, imageTagMutability });
    await aws.call('ecr', 'put_image_scanning_configuration', { repositoryName, imageScanningConfiguration });
    await aws.call('ecr', 'tag_resource', { resourceArn: arn, tags: tagList(inputs) });
  },
  read: async (aws, { name, arn }) => {
    const { imageTagMutability, imageScanningConfiguration } = await describe(aws, name);
    const { tags } = await aws.call('ecr', 'list_tags_for_resource', { resourceArn: arn });
    return { imageTagMutability, imageScanningConfiguration, tags: readTags(tags) };
  },
  remove: async (aws, { name, forceDelete }) => {
    await aws.call('ecr', 'delete_repository', { repositoryName: name, force: forceDelete === true });
  },
};

const lifecyclePolicy: AwsKind = {
  fixed: ['repository'],
  create: async (aws, { repository: repositoryName, policy }) => {
    await aws.call('ecr', 'put_lifecycle_policy', { repositoryName, lifecyclePolicyText: policy });
    return { id: textOf(repositoryName) };
  },
  read: async (aws, { repository: repositoryName, policy }) => {
    const { lifecyclePolicyText } = await aws.call('ecr', 'get_lifecycle_policy', { repositoryName });
    return { policy: documentOf(policy, lifecyclePolicyText) };
  },
  remove: async (aws, { repository: repositoryName }) => {
    await aws.call('ecr', 'delete_lifecycle_policy', { repositoryName });
  },
};

/** The registry of an account has one; without rules it has none. */
const replicationConfiguration: AwsKind = {
  fixed: [],
  create: async (aws, { replicationConfiguration: wanted }) => {
    await aws.call('ecr', 'put_replication_configuration', { replicationConfiguration: wanted });
    const { registryId } = await aws.call('ecr', 'describe_registry');
    return { id: textOf(registryId), registryId };
  },
  read: async (aws) => {
    const { replicationConfiguration: live } = await aws.call('ecr', 'describe_registry');
    if (listOf(objectOf(live)['rules']).length > 0) return { replicationConfiguration: live };
    throw new AwsError('ReplicationConfigurationNotFound', 'no replication');
  },
  remove: async (aws) => {
    await aws.call('ecr', 'put_replication_configuration', { replicationConfiguration: { rules: [] } });
  },
};

export const registryKinds = {
  'aws:ecr/repository:Repository': repository,
  'aws:ecr/lifecyclePolicy:LifecyclePolicy': lifecyclePolicy,
  'aws:ecr/replicationConfiguration:ReplicationConfiguration': replicationConfiguration,
} as const satisfies Readonly<Record<string, AwsKind>>;
