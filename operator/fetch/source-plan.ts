import type { LambdaFunctionSpec } from '../api/index.ts';
import { FetchError } from './failure.ts';
import type { Credentials, Plan } from './plan.ts';

/** Where the Job mounts what the function names, and what its pods may be. */
export interface SourceMounts {
  /** ConfigMap with the inline files. */
  readonly inlineFolder: string;
  /** Secret of the source. */
  readonly secretFolder: string;
  /** Whether pods have an identity in Google Cloud; without one, objects without a Secret are read as nobody. */
  readonly googleIdentity: boolean;
}

type FunctionSource = LambdaFunctionSpec['source'];

/** What fetch is told of a source; undefined for an image, of which nothing is fetched. */
export function toSourcePlan(
  source: FunctionSource,
  mounts: SourceMounts,
): Pick<Plan, 'source' | 'credentials'> | undefined {
  const bySecret = (reference: { readonly name: string } | undefined, otherwise: Credentials): Credentials =>
    reference === undefined || reference.name === '' ? otherwise : { kind: 'secret', folder: mounts.secretFolder };
  const nobody = { kind: 'none' } as const;
  const identity = { kind: 'identity' } as const;
  switch (source.type) {
    case 'image':
      return undefined;
    case 'inline':
      return { source: { type: 'inline', folder: mounts.inlineFolder }, credentials: nobody };
    case 'minio': {
      const { endpoint, bucket, key, secretRef } = blockOf(source, 'minio');
      // MinIO ignores the region, but the signature needs one
      const place = { endpoint: `http://${endpoint}`, addressing: 'path', region: 'us-east-1' } as const;
      return { source: { type: 's3', ...place, bucket, key }, credentials: bySecret(secretRef, nobody) };
    }
    case 's3': {
      const { region, bucket, key, secretRef } = blockOf(source, 's3');
      const place = { endpoint: s3Endpoint(region), addressing: addressingOf(bucket), region } as const;
      return { source: { type: 's3', ...place, bucket, key }, credentials: bySecret(secretRef, identity) };
    }
    case 'gcs': {
      const { bucket, key, secretRef } = blockOf(source, 'gcs');
      const credentials = bySecret(secretRef, mounts.googleIdentity ? identity : nobody);
      return { source: { type: 'gcs', endpoint: 'https://storage.googleapis.com', bucket, key }, credentials };
    }
    case 'git': {
      const { url, ref, path = '', secretRef } = blockOf(source, 'git');
      return { source: { type: 'git', url, ref, path }, credentials: bySecret(secretRef, nobody) };
    }
  }
}

const s3Endpoint = (region: string): string =>
  `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

/** The certificate of AWS covers one name before its own, so a bucket with a dot goes into the path. */
const addressingOf = (bucket: string): 'host' | 'path' => (bucket.includes('.') ? 'path' : 'host');

function blockOf<Type extends Exclude<FunctionSource['type'], 'inline' | 'image'>>(
  source: FunctionSource,
  type: Type,
): NonNullable<FunctionSource[Type]> {
  const block = source[type];
  if (block === undefined || block === null) {
    throw new FetchError('PlanInvalid', `source: got type ${type} without source.${type}; add it`);
  }
  return block;
}
