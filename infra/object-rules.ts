import type * as aws from '@pulumi/aws';
import { objectDays } from './expiry.ts';
import { prefixes } from './names.ts';

export type ObjectRules = aws.types.input.s3.BucketLifecycleConfigurationRule[];

/** What the code bucket loses by itself. */
export const codeRules: ObjectRules = [
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

export const logRules: ObjectRules = [
  { id: 'access-log', status: 'Enabled', filter: { prefix: '' }, expiration: { days: objectDays.accessLog } },
];
