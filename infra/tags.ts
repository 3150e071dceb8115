import type * as pulumi from '@pulumi/pulumi';
import type { Environment } from '../stacks/index.ts';

/** Whether AWS keeps tags on a resource of the type; a type that is not here is refused by the test of all stacks. */
export const isTaggable: Readonly<Record<string, boolean>> = {
  'aws:budgets/budget:Budget': true,
  'aws:cloudwatch/eventRule:EventRule': true,
  'aws:cloudwatch/eventTarget:EventTarget': false,
  'aws:ec2/securityGroup:SecurityGroup': true,
  'aws:ec2/vpcEndpoint:VpcEndpoint': true,
  'aws:ecr/lifecyclePolicy:LifecyclePolicy': false,
  'aws:ecr/pullThroughCacheRule:PullThroughCacheRule': false,
  'aws:ecr/replicationConfiguration:ReplicationConfiguration': false,
  'aws:ecr/repository:Repository': true,
  'aws:iam/openIdConnectProvider:OpenIdConnectProvider': true,
  'aws:iam/policy:Policy': true,
  'aws:iam/role:Role': true,
  'aws:iam/rolePolicy:RolePolicy': false,
  'aws:s3/bucket:Bucket': true,
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': false,
  'aws:s3/bucketLogging:BucketLogging': false,
  'aws:s3/bucketNotification:BucketNotification': false,
  'aws:s3/bucketOwnershipControls:BucketOwnershipControls': false,
  'aws:s3/bucketPolicy:BucketPolicy': false,
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': false,
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration': false,
  'aws:s3/bucketVersioning:BucketVersioning': false,
  'aws:secretsmanager/secret:Secret': true,
  'aws:sqs/queue:Queue': true,
  'aws:sqs/queuePolicy:QueuePolicy': false,
};

/** Tags that cost reports are split by. */
function tagsOf({ name, cost }: Environment): Readonly<Record<string, string>> {
  return {
    Project: 'knative-lambda',
    Environment: name,
    Team: 'platform',
    ManagedBy: 'pulumi',
    ...(cost === undefined ? {} : { CostCenter: `knative-lambda-${name}` }),
  };
}

/** Puts the tags on everything that can carry them; a resource's own tag wins. */
export function tagEverything(environment: Environment): pulumi.ResourceTransformation {
  const tags = tagsOf(environment);
  return ({ type, props, opts }) =>
    isTaggable[type] === true ? { props: { ...props, tags: { ...tags, ...props['tags'] } }, opts } : undefined;
}
