import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { codeBucketPolicy, logBucketPolicy } from './bucket-policy.ts';
import { type CloudEnvironment, isProduction, names } from './names.ts';
import { codeRules, logRules, type ObjectRules } from './object-rules.ts';
import { toText } from './policy-document.ts';

interface BucketProps {
  readonly name: string;
  readonly policy: string;
  readonly rules: ObjectRules;
  readonly versioned: boolean;
}

interface ClosedBucket {
  readonly created: aws.s3.Bucket;
  readonly policy: aws.s3.BucketPolicy;
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
    const { bucket } = code.created;
    const parent = code.created;
    // S3 may write the log only when the policy of its bucket says so
    new aws.s3.BucketLogging(
      'code',
      { bucket, targetBucket: log.created.bucket, targetPrefix: 'code/' },
      { parent, retainOnDelete: true, dependsOn: [log.policy] },
    );
    new aws.s3.BucketNotification('code', { bucket, eventbridge: true }, { parent });
    this.bucket = bucket;
    this.registerOutputs({ bucket: this.bucket });
  }

  /** A private, encrypted bucket that its owner alone controls. Code outlives its stack, also outside production. */
  #addBucket(id: string, { name, policy: text, rules, versioned }: BucketProps, protect: boolean): ClosedBucket {
    const created = new aws.s3.Bucket(id, { bucket: name }, { parent: this, protect, retainOnDelete: true });
    const bucket = created.bucket;
    // what closes the bucket stays as long as it does
    const options = { parent: created, retainOnDelete: true };
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
    const policy = new aws.s3.BucketPolicy(id, { bucket, policy: text }, { ...options, dependsOn: [closed] });
    return { created, policy };
  }
}
