import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { codeBucketPolicy, logBucketPolicy } from './bucket-policy.ts';
import { objectDays } from './expiry.ts';
import { type CloudEnvironment, isProduction, names, prefixes } from './names.ts';
import { toText } from './policy-document.ts';

type Rules = aws.types.input.s3.BucketLifecycleConfigurationRule[];

const codeRules: Rules = [
  {
    id: 'incomplete-uploads',
    status: 'Enabled',
    filter: { prefix: '' },
    abortIncompleteMultipartUpload: { daysAfterInitiation: objectDays.incompleteUpload },
  },
  {
    id: 'old-versions',
    status: 'Enabled',
    filter: { prefix: '' },
    noncurrentVersionExpiration: { noncurrentDays: objectDays.oldVersion },
  },
  {
    id: 'build-cache',
    status: 'Enabled',
    filter: { prefix: prefixes.buildCache },
    expiration: { days: objectDays.buildCache },
  },
];

const logRules: Rules = [
  { id: 'access-log', status: 'Enabled', filter: { prefix: '' }, expiration: { days: objectDays.accessLog } },
];

interface BucketProps {
  readonly name: string;
  readonly policy: string;
  readonly rules: Rules;
  readonly versioned: boolean;
}

/** Bucket of uploaded code, build cache, dead letters and backups, and the bucket of its access log. */
export class CodeBucket extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;

  constructor(id: string, environment: CloudEnvironment, options: pulumi.ComponentResourceOptions) {
    super('knative-lambda:infra:CodeBucket', id, {}, options);
    const keep = isProduction(environment);
    const log = this.#addBucket(
      'log',
      {
        name: names.logBucket(environment),
        policy: toText(logBucketPolicy(environment)),
        rules: logRules,
        versioned: false,
      },
      keep,
    );
    const code = this.#addBucket(
      'code',
      {
        name: environment.codeStore.bucket,
        policy: toText(codeBucketPolicy(environment)),
        rules: codeRules,
        versioned: true,
      },
      keep,
    );
    new aws.s3.BucketLogging(
      'code',
      { bucket: code.bucket, targetBucket: log.bucket, targetPrefix: 'code/' },
      { parent: code },
    );
    new aws.s3.BucketNotification('code', { bucket: code.bucket, eventbridge: true }, { parent: code });
    this.bucket = code.bucket;
    this.registerOutputs({ bucket: this.bucket });
  }

  /** A private, encrypted bucket that its owner alone controls. Code outlives its stack, also outside production. */
  #addBucket(id: string, { name, policy, rules, versioned }: BucketProps, protect: boolean): aws.s3.Bucket {
    const created = new aws.s3.Bucket(id, { bucket: name }, { parent: this, protect, retainOnDelete: true });
    const bucket = created.bucket;
    const options = { parent: created };
    const closed = new aws.s3.BucketPublicAccessBlock(
      id,
      { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
      options,
    );
    new aws.s3.BucketOwnershipControls(id, { bucket, rule: { objectOwnership: 'BucketOwnerEnforced' } }, options);
    new aws.s3.BucketServerSideEncryptionConfiguration(
      id,
      { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }] },
      options,
    );
    if (versioned) {
      new aws.s3.BucketVersioning(id, { bucket, versioningConfiguration: { status: 'Enabled' } }, options);
    }
    new aws.s3.BucketLifecycleConfiguration(id, { bucket, rules }, options);
    new aws.s3.BucketPolicy(id, { bucket, policy }, { ...options, dependsOn: [closed] });
    return created;
  }
}
