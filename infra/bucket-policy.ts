import { arns, type CloudEnvironment, names } from './names.ts';
import { type PolicyDocument, policyDocument, type Statement } from './policy-document.ts';

/** Nobody reads or writes without TLS, whatever else allows it. */
function tlsOnly(bucket: string): Statement {
  return {
    Sid: 'TlsOnly',
    Effect: 'Deny',
    Principal: '*',
    Action: ['s3:*'],
    Resource: [arns.bucket(bucket), `${arns.bucket(bucket)}/*`],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}

export function codeBucketPolicy({ codeStore }: CloudEnvironment): PolicyDocument {
  return policyDocument(tlsOnly(codeStore.bucket));
}

/** S3 itself writes the access log, and only that of the code bucket. */
export function logBucketPolicy(environment: CloudEnvironment): PolicyDocument {
  const bucket = names.logBucket(environment);
  return policyDocument(tlsOnly(bucket), {
    Sid: 'WriteAccessLog',
    Effect: 'Allow',
    Principal: { Service: 'logging.s3.amazonaws.com' },
    Action: ['s3:PutObject'],
    Resource: [`${arns.bucket(bucket)}/*`],
    Condition: {
      ArnLike: { 'aws:SourceArn': arns.bucket(environment.codeStore.bucket) },
      StringEquals: { 'aws:SourceAccount': environment.cloud.account },
    },
  });
}

/** EventBridge sends the notifications of one rule. */
export function codeQueuePolicy(environment: CloudEnvironment): PolicyDocument {
  const queue = names.codeQueue(environment);
  return policyDocument(
    {
      Sid: 'SendUploads',
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: ['sqs:SendMessage'],
      Resource: [arns.queue(environment, queue)],
      Condition: { ArnEquals: { 'aws:SourceArn': arns.rule(environment, queue) } },
    },
    {
      Sid: 'TlsOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: ['sqs:*'],
      Resource: [arns.queue(environment, queue)],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  );
}
