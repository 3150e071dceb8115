import type { LambdaFunction, LambdaFunctionSpec } from '../api/index.ts';
import { contextFolder } from '../specs/builder.ts';
import { inlineFolder, sourceCredentialsFolder } from '../specs/fetch-container.ts';
import type { SourceVersion } from './source-version.ts';

type SourcePlan =
  | { readonly type: 'inline'; readonly folder: string }
  | {
      readonly type: 's3';
      readonly endpoint: string;
      readonly addressing: 'host' | 'path';
      readonly region: string;
      readonly bucket: string;
      readonly key: string;
    }
  | { readonly type: 'gcs'; readonly bucket: string; readonly key: string }
  | { readonly type: 'git'; readonly url: string; readonly ref: string; readonly path: string };

type CredentialsPlan = { readonly kind: 'none' | 'identity' } | { readonly kind: 'secret'; readonly folder: string };

/** What the fetch step is told; its schema is that of `operator/fetch`. It holds no secret. */
export interface FetchPlan {
  readonly source: SourcePlan;
  readonly credentials: CredentialsPlan;
  readonly expected?: SourceVersion;
  readonly runtime: { readonly language: string; readonly version: string; readonly handler?: string };
  readonly trustedHosts: readonly string[];
  readonly target: string;
}

export interface FetchSettings {
  /** Whether build pods have an identity at a cloud. */
  readonly hasIdentity: boolean;
  /** Hosts of the environment that may have private addresses. */
  readonly trustedHosts: readonly string[];
}

/** How the source of a function is fetched; undefined for an image. @param expected what it was when it was resolved */
export function fetchPlan(
  { spec }: LambdaFunction,
  expected: SourceVersion | undefined,
  settings: FetchSettings,
): FetchPlan | undefined {
  const source = sourcePlan(spec.source);
  const { runtime } = spec;
  if (source === undefined || runtime === undefined) return undefined;
  const { handler, language, version } = runtime;
  return {
    source,
    credentials: credentialsPlan(spec.source, settings),
    ...(expected === undefined ? {} : { expected }),
    runtime: { language, version, ...(handler === undefined ? {} : { handler }) },
    trustedHosts: settings.trustedHosts,
    target: contextFolder,
  };
}

type Blocks = LambdaFunctionSpec['source'];

function sourcePlan({ gcs, git, minio, s3, type }: Blocks): SourcePlan | undefined {
  switch (type) {
    case 'inline':
      return { type: 'inline', folder: inlineFolder };
    case 'git':
      return gitPlan(git);
    case 'minio':
      return minioPlan(minio);
    case 's3':
      return s3Plan(s3);
    case 'gcs':
      return gcs && { type: 'gcs', bucket: gcs.bucket, key: gcs.key };
    case 'image':
      return undefined;
  }
}

function gitPlan(git: Blocks['git']): SourcePlan | undefined {
  return git && { type: 'git', url: git.url, ref: git.ref, path: git.path ?? '' };
}

function minioPlan(minio: Blocks['minio']): SourcePlan | undefined {
  // MinIO has one region and takes this name for it
  const fixed = { type: 's3', addressing: 'path', region: 'us-east-1' } as const;
  return minio && { ...fixed, endpoint: `http://${minio.endpoint}`, bucket: minio.bucket, key: minio.key };
}

function s3Plan(s3: Blocks['s3']): SourcePlan | undefined {
  if (s3 === undefined) return undefined;
  const { bucket, key, region } = s3;
  return { type: 's3', endpoint: `https://s3.${region}.amazonaws.com`, addressing: 'host', region, bucket, key };
}

/** Secret of the source; undefined where it names none. */
export function sourceSecret({ type, ...blocks }: LambdaFunctionSpec['source']): string | undefined {
  const name = type === 'image' || type === 'inline' ? '' : (blocks[type]?.secretRef?.name ?? '');
  return name === '' ? undefined : name;
}

function credentialsPlan(source: LambdaFunctionSpec['source'], { hasIdentity }: FetchSettings): CredentialsPlan {
  if (sourceSecret(source) !== undefined) return { kind: 'secret', folder: sourceCredentialsFolder };
  const isCloud = source.type === 's3' || source.type === 'gcs';
  return { kind: isCloud && hasIdentity ? 'identity' : 'none' };
}
