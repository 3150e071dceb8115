import { z } from 'zod';

/** Code that somebody said is another now. */
export type CodeChange =
  | { readonly kind: 'object'; readonly store: 's3' | 'minio'; readonly bucket: string; readonly key: string }
  /** `repository` with its registry. */
  | { readonly kind: 'image'; readonly repository: string; readonly tag: string };

const bucketEvent = z.looseObject({
  source: z.literal('aws.s3'),
  detail: z.looseObject({
    bucket: z.looseObject({ name: z.string() }),
    object: z.looseObject({ key: z.string() }),
  }),
});

const registryEvent = z.looseObject({
  source: z.literal('aws.ecr'),
  account: z.string(),
  region: z.string(),
  detail: z.looseObject({
    'action-type': z.string(),
    result: z.string(),
    'repository-name': z.string(),
    'image-tag': z.string().default(''),
  }),
});

const records = z.looseObject({
  Records: z.array(
    z.looseObject({
      eventSource: z.string().default(''),
      s3: z.looseObject({
        bucket: z.looseObject({ name: z.string() }),
        object: z.looseObject({ key: z.string() }),
      }),
    }),
  ),
});

/**
 * What a notification says has changed: of EventBridge, from S3 or ECR, or with the records that S3, MinIO and others send
 * themselves. None where it says nothing of code, as a push that failed does; undefined for what is no notification.
 */
export function readCodeChanges(data: unknown): readonly CodeChange[] | undefined {
  const ofBucket = bucketEvent.safeParse(data).data;
  if (ofBucket !== undefined) {
    const { bucket, object } = ofBucket.detail;
    return [{ kind: 'object', store: 's3', bucket: bucket.name, key: object.key }];
  }
  const ofRegistry = registryEvent.safeParse(data).data;
  if (ofRegistry !== undefined) return pushed(ofRegistry);
  return records.safeParse(data).data?.Records.map(({ eventSource, s3: { bucket, object } }) => ({
    kind: 'object',
    store: eventSource.startsWith('minio') ? 'minio' : 's3',
    bucket: bucket.name,
    key: decodeKey(object.key),
  }));
}

function pushed({ account, detail, region }: z.output<typeof registryEvent>): readonly CodeChange[] {
  const { 'action-type': action, 'image-tag': tag, 'repository-name': name, result } = detail;
  if (action !== 'PUSH' || result !== 'SUCCESS' || tag === '') return [];
  return [{ kind: 'image', repository: `${account}.dkr.ecr.${region}.amazonaws.com/${name}`, tag }];
}

/** Records have keys as a form has its fields; EventBridge has them as they are. */
function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}
