import type { AwsClient, AwsProperties } from './aws-client.ts';
import { type AwsKind, documentOf, listOf, objectOf, readTags, tagList, textOf } from './aws-kind.ts';

const irregular = new Map([
  ['id', 'ID'],
  ['sseAlgorithm', 'SSEAlgorithm'],
]);
const regular = new Map([...irregular].map(([ours, theirs]) => [theirs, ours]));

function rename(value: unknown, change: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((one) => rename(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [change(name), rename(one, change)]));
}

/** S3 has the names of @pulumi/aws with a capital. */
const toS3 = (value: unknown): unknown =>
  rename(value, (name) => irregular.get(name) ?? name.charAt(0).toUpperCase() + name.slice(1));
const fromS3 = (value: unknown): unknown =>
  rename(value, (name) => regular.get(name) ?? name.charAt(0).toLowerCase() + name.slice(1));

/** Every version of every object; AWS answers a thousand of each at once, more than a test has. */
async function empty(aws: AwsClient, Bucket: unknown): Promise<void> {
  const { Versions, DeleteMarkers } = await aws.call('s3', 'list_object_versions', { Bucket });
  for (const { Key, VersionId } of [...listOf(Versions), ...listOf(DeleteMarkers)]) {
    await aws.call('s3', 'delete_object', { Bucket, Key, VersionId });
  }
}

const bucket: AwsKind = {
  fixed: ['bucket'],
  create: async (aws, inputs) => {
    const { bucket: Bucket } = inputs;
    const CreateBucketConfiguration = { LocationConstraint: aws.region };
    await aws.call('s3', 'create_bucket', { Bucket, CreateBucketConfiguration });
    await aws.call('s3', 'put_bucket_tagging', { Bucket, Tagging: { TagSet: tagList(inputs) } });
    return { id: textOf(Bucket), arn: `arn:aws:s3:::${textOf(Bucket)}` };
  },
  update: async (aws, inputs) => {
    const parameters = { Bucket: inputs['bucket'], Tagging: { TagSet: tagList(inputs) } };
    await aws.call('s3', 'put_bucket_tagging', parameters);
  },
  read: async (aws, { bucket: Bucket }) => ({
    tags: readTags((await aws.call('s3', 'get_bucket_tagging', { Bucket }))['TagSet']),
  }),
  remove: async (aws, { bucket: Bucket, forceDestroy }) => {
    if (forceDestroy === true) await empty(aws, Bucket);
    await aws.call('s3', 'delete_bucket', { Bucket });
  },
};

interface BucketSetting {
  /** What follows put_, get_ and delete_ in the operations; a setting without `remove` is put again to undo it. */
  readonly operation: string;
  readonly remove: string | { readonly put: AwsProperties };
  /** Parameters of put_ but for the bucket. */
  readonly put: (inputs: AwsProperties) => AwsProperties;
  /** Properties from the answer of get_. */
  readonly get: (answer: AwsProperties, state: AwsProperties) => AwsProperties;
}

function bucketSetting({ operation, remove, put, get }: BucketSetting): AwsKind {
  return {
    fixed: ['bucket'],
    create: async (aws, inputs) => {
      await aws.call('s3', `put_${operation}`, { Bucket: inputs['bucket'], ...put(inputs) });
      return { id: textOf(inputs['bucket']) };
    },
    read: async (aws, state) => get(await aws.call('s3', `get_${operation}`, { Bucket: state['bucket'] }), state),
    remove: async (aws, { bucket: Bucket }) => {
      await (typeof remove === 'string'
        ? aws.call('s3', remove, { Bucket })
        : aws.call('s3', `put_${operation}`, { Bucket, ...remove.put }));
    },
  };
}

/** The same policy as moto can judge it for access logs: no Principal is a text, and no Resource a list of one. */
function plainStatements(policy: unknown): string {
  return JSON.stringify(JSON.parse(textOf(policy)), (key, value: unknown) => {
    if (key === 'Principal' && value === '*') return { AWS: '*' };
    return key === 'Resource' && Array.isArray(value) && value.length === 1 ? value[0] : value;
  });
}

const switches = ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'];

export const storageKinds = {
  'aws:s3/bucket:Bucket': bucket,
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': bucketSetting({
    operation: 'bucket_lifecycle_configuration',
    remove: 'delete_bucket_lifecycle',
    put: ({ rules }) => ({ LifecycleConfiguration: { Rules: toS3(rules) } }),
    get: ({ Rules }) => ({ rules: fromS3(Rules) }),
  }),
  'aws:s3/bucketLogging:BucketLogging': bucketSetting({
    operation: 'bucket_logging',
    remove: { put: { BucketLoggingStatus: {} } },
    put: ({ targetBucket: TargetBucket, targetPrefix: TargetPrefix }) => ({
      BucketLoggingStatus: { LoggingEnabled: { TargetBucket, TargetPrefix } },
    }),
    get: ({ LoggingEnabled }) => {
      const { TargetBucket, TargetPrefix } = objectOf(LoggingEnabled ?? {});
      return { targetBucket: TargetBucket ?? '', targetPrefix: TargetPrefix ?? '' };
    },
  }),
  'aws:s3/bucketNotification:BucketNotification': bucketSetting({
    operation: 'bucket_notification_configuration',
    remove: { put: { NotificationConfiguration: {} } },
    put: ({ eventbridge }) => ({
      NotificationConfiguration: eventbridge === true ? { EventBridgeConfiguration: {} } : {},
    }),
    // moto keeps it and does not tell
    get: () => ({}),
  }),
  'aws:s3/bucketOwnershipControls:BucketOwnershipControls': bucketSetting({
    operation: 'bucket_ownership_controls',
    remove: 'delete_bucket_ownership_controls',
    put: ({ rule }) => ({ OwnershipControls: { Rules: [toS3(rule)] } }),
    get: ({ OwnershipControls }) => ({ rule: fromS3(listOf(objectOf(OwnershipControls)['Rules'])[0]) }),
  }),
  'aws:s3/bucketPolicy:BucketPolicy': bucketSetting({
    operation: 'bucket_policy',
    remove: 'delete_bucket_policy',
    put: ({ policy }) => ({ Policy: plainStatements(policy) }),
    get: ({ Policy }, { policy }) =>
      documentOf(plainStatements(policy), Policy) === plainStatements(policy) ? {} : { policy: Policy },
  }),
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': bucketSetting({
    operation: 'public_access_block',
    remove: 'delete_public_access_block',
    put: (inputs) => ({
      PublicAccessBlockConfiguration: toS3(Object.fromEntries(switches.map((name) => [name, inputs[name]]))),
    }),
    get: ({ PublicAccessBlockConfiguration }) => objectOf(fromS3(PublicAccessBlockConfiguration)),
  }),
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration': bucketSetting({
    operation: 'bucket_encryption',
    remove: 'delete_bucket_encryption',
    put: ({ rules }) => ({ ServerSideEncryptionConfiguration: { Rules: toS3(rules) } }),
    get: ({ ServerSideEncryptionConfiguration }) => ({
      rules: listOf(objectOf(ServerSideEncryptionConfiguration)['Rules']).map((rule) => ({
        applyServerSideEncryptionByDefault: fromS3(rule['ApplyServerSideEncryptionByDefault']),
      })),
    }),
  }),
  'aws:s3/bucketVersioning:BucketVersioning': bucketSetting({
    operation: 'bucket_versioning',
    remove: { put: { VersioningConfiguration: { Status: 'Suspended' } } },
    put: ({ versioningConfiguration }) => ({ VersioningConfiguration: toS3(versioningConfiguration) }),
    get: ({ Status }) => ({ versioningConfiguration: { status: Status } }),
  }),
} as const satisfies Readonly<Record<string, AwsKind>>;
