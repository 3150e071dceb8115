import type { AwsClient, AwsProperties } from './aws-client.ts';
import { listOf, objectOf, readTags } from './aws-kind.ts';

/** What a function of @pulumi/aws answers; nothing of that name is a refusal. */
type Lookup = (aws: AwsClient, inputs: AwsProperties) => Promise<AwsProperties>;

/** Functions by their token, as far as infra/ calls them and reads what they answer. */
export const lookups: Readonly<Record<string, Lookup>> = {
  'aws:index/getCallerIdentity:getCallerIdentity': async (aws) => {
    const { Account: accountId, Arn: arn, UserId: userId } = await aws.call('sts', 'get_caller_identity');
    return { accountId, arn, userId, id: accountId };
  },
  'aws:ecr/getRepository:getRepository': async (aws, { name }) => {
    const { repositories } = await aws.call('ecr', 'describe_repositories', { repositoryNames: [name] });
    const [{ repositoryArn: arn } = {}] = listOf(repositories);
    const { tags } = await aws.call('ecr', 'list_tags_for_resource', { resourceArn: arn });
    return { name, arn, tags: readTags(tags) };
  },
  'aws:eks/getCluster:getCluster': async (aws, { name }) => {
    const { cluster } = await aws.call('eks', 'describe_cluster', { name });
    const { identity, arn } = objectOf(cluster);
    const { issuer } = objectOf(objectOf(identity)['oidc']);
    return { name, arn, identities: [{ oidcs: [{ issuer }] }] };
  },
  'aws:iam/getPolicy:getPolicy': async (aws, { arn: PolicyArn }) => {
    const { Arn: arn, Tags } = objectOf((await aws.call('iam', 'get_policy', { PolicyArn }))['Policy']);
    return { arn, tags: readTags(Tags) };
  },
  'aws:iam/getRole:getRole': async (aws, { name }) => {
    const { Arn: arn, Tags } = objectOf((await aws.call('iam', 'get_role', { RoleName: name }))['Role']);
    return { name, arn, tags: readTags(Tags) };
  },
  'aws:resourcegroupstaggingapi/getResources:getResources': async (aws, { resourceArnLists: ResourceARNList }) => {
    const found = await aws.call('resourcegroupstaggingapi', 'get_resources', { ResourceARNList });
    const resourceTagMappingLists = listOf(found['ResourceTagMappingList']).map(({ ResourceARN, Tags }) => ({
      resourceArn: ResourceARN,
      tags: readTags(Tags),
    }));
    return { resourceTagMappingLists };
  },
  'aws:s3/getBucket:getBucket': async (aws, { bucket }) => {
    await aws.call('s3', 'head_bucket', { Bucket: bucket });
    return { bucket, id: bucket };
  },
  'aws:secretsmanager/getSecret:getSecret': async (aws, { name }) => {
    const { ARN: arn, Tags } = await aws.call('secretsmanager', 'describe_secret', { SecretId: name });
    return { name, arn, tags: readTags(Tags) };
  },
  'aws:sqs/getQueue:getQueue': async (aws, { name }) => {
    const { QueueUrl } = await aws.call('sqs', 'get_queue_url', { QueueName: name });
    const { Tags } = await aws.call('sqs', 'list_queue_tags', { QueueUrl });
    return { name, url: QueueUrl, tags: Tags ?? {} };
  },
};
