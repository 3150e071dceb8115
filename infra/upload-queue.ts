import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { codeQueuePolicy } from './bucket-policy.ts';
import { arns, type CloudEnvironment, names, prefixes } from './names.ts';
import { toText } from './policy-document.ts';

const twoWeeksSeconds = 1_209_600;

/** What EventBridge takes: code that came or went in the bucket, not what the platform writes itself, and images. */
function uploads({ codeStore }: CloudEnvironment): object {
  const objects = {
    source: ['aws.s3'],
    'detail-type': ['Object Created', 'Object Deleted'],
    detail: {
      bucket: { name: [codeStore.bucket] },
      object: { key: [{ 'anything-but': { prefix: Object.values(prefixes) } }] },
    },
  };
  const images = {
    source: ['aws.ecr'],
    'detail-type': ['ECR Image Action'],
    detail: { 'action-type': ['PUSH'], result: ['SUCCESS'] },
  };
  return { $or: [objects, images] };
}

/** Notifications of uploads, from EventBridge into a queue that the cluster reads. */
export class UploadQueue extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;

  constructor(id: string, environment: CloudEnvironment, options: pulumi.ComponentResourceOptions) {
    super('knative-lambda:infra:UploadQueue', id, {}, options);
    const parent = { parent: this };
    const name = names.codeQueue(environment);
    const rejects = new aws.sqs.Queue(
      'rejects',
      {
        name: names.codeQueueRejects(environment),
        messageRetentionSeconds: twoWeeksSeconds,
        sqsManagedSseEnabled: true,
      },
      parent,
    );
    const queue = new aws.sqs.Queue(
      'uploads',
      {
        name,
        messageRetentionSeconds: twoWeeksSeconds,
        receiveWaitTimeSeconds: 20,
        visibilityTimeoutSeconds: 60,
        sqsManagedSseEnabled: true,
        redrivePolicy: rejects.arn.apply((arn) => toText({ deadLetterTargetArn: arn, maxReceiveCount: 5 })),
      },
      parent,
    );
    new aws.sqs.QueuePolicy('uploads', { queueUrl: queue.url, policy: toText(codeQueuePolicy(environment)) }, parent);
    const rule = new aws.cloudwatch.EventRule(
      'uploads',
      { name, description: 'code came or went, or an image was pushed', eventPattern: toText(uploads(environment)) },
      parent,
    );
    new aws.cloudwatch.EventTarget('uploads', { rule: rule.name, arn: arns.queue(environment, name) }, parent);
    this.url = queue.url;
    this.registerOutputs({ url: this.url });
  }
}
