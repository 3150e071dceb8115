import { z } from 'zod';
import { sourceSecret } from './secret-reference.ts';

const bucket = z
  .string()
  .min(3)
  .max(63)
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
  .describe('Bucket that holds the code');

const objectKey = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^[a-zA-Z0-9!_.*'()/-]+$/)
  .describe('Object, or a prefix that ends in `/`, under which the main file is searched');

export const awsRegion = z
  .string()
  .max(30)
  .regex(/^[a-z]{2}(-[a-z]+)+-[0-9]+$/);

const endpoint = z
  .string()
  .max(253)
  .regex(/^[a-zA-Z0-9][-a-zA-Z0-9.]*[a-zA-Z0-9](:[0-9]{1,5})?$/);

export const minioSource = z.strictObject({
  endpoint: endpoint
    .default('minio.minio.svc.cluster.local:9000')
    .describe('Host, or host:port, spoken to in plain HTTP'),
  bucket,
  key: objectKey,
  secretRef: sourceSecret.optional().describe('Secret with `accesskey` and `secretkey`; anonymous when absent'),
});

export const s3Source = z.strictObject({
  bucket,
  key: objectKey,
  region: awsRegion.default('us-east-1').describe('AWS region of the bucket'),
  secretRef: sourceSecret
    .optional()
    .describe('Secret with `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`; the workload identity when absent'),
});

export const gcsSource = z.strictObject({
  bucket: z
    .string()
    .min(3)
    .max(222)
    .regex(/^[a-z0-9][a-z0-9._-]*[a-z0-9]$/)
    .describe('Bucket that holds the code'),
  key: objectKey,
  project: z
    .string()
    .max(63)
    .regex(/^([a-z][-a-z0-9.:]*[a-z0-9])?$/)
    .optional()
    .describe('Google Cloud project that owns the bucket'),
  secretRef: sourceSecret.optional().describe('Secret with the service account key; anonymous when absent'),
});
