import { uploadQueueName } from '../charts/index.ts';
import type { Environment } from '../stacks/index.ts';

type Cloud = NonNullable<Environment['cloud']>;

/** An environment that keeps images in ECR and code in S3, which is what needs AWS resources. */
export type CloudEnvironment = Environment & {
  readonly cloud: Cloud;
  readonly imageRegistry: Extract<Environment['imageRegistry'], { kind: 'ecr' }>;
  readonly codeStore: Extract<Environment['codeStore'], { kind: 's3' }>;
};

export function isInCloud(environment: Environment): environment is CloudEnvironment {
  const { cloud, imageRegistry, codeStore } = environment;
  return cloud !== undefined && imageRegistry.kind === 'ecr' && codeStore.kind === 's3';
}

/** Whether losing a resource of the environment would hurt its users. */
export function isProduction({ role }: Environment): boolean {
  return role === 'production' || role === 'light-production';
}

/** Prefixes of the code bucket that are not code, each with rights of its own. */
export const prefixes = { buildCache: 'build-cache/', deadLetters: 'dead-letters/', backups: 'backups/' } as const;

export const repositoryNames = {
  operator: ({ imageRegistry }: CloudEnvironment) => imageRegistry.operatorRepository,
  functions: ({ imageRegistry }: CloudEnvironment) => imageRegistry.functionsRepository,
  /** Layers of builds: mutable and short-lived, so apart from the images that functions run. */
  cache: ({ imageRegistry }: CloudEnvironment) => `${imageRegistry.functionsRepository}-cache`,
} as const;

export const names = {
  boundary: ({ name }: CloudEnvironment) => `knative-lambda-boundary-${name}`,
  pipelineRole: ({ name }: CloudEnvironment) => `knative-lambda-pipeline-${name}`,
  codeQueue: uploadQueueName,
  codeQueueRejects: (environment: CloudEnvironment) => `${uploadQueueName(environment)}-rejects`,
  logBucket: ({ codeStore }: CloudEnvironment) => `${codeStore.bucket}-logs`,
} as const;

/** Names are deterministic, so ARNs are known before anything exists. */
export const arns = {
  bucket: (bucket: string) => `arn:aws:s3:::${bucket}`,
  repository: ({ cloud }: CloudEnvironment, name: string) =>
    `arn:aws:ecr:${cloud.region}:${cloud.account}:repository/${name}`,
  role: ({ cloud }: CloudEnvironment, name: string) => `arn:aws:iam::${cloud.account}:role/${name}`,
  policy: ({ cloud }: CloudEnvironment, name: string) => `arn:aws:iam::${cloud.account}:policy/${name}`,
  queue: ({ cloud }: CloudEnvironment, name: string) => `arn:aws:sqs:${cloud.region}:${cloud.account}:${name}`,
  rule: ({ cloud }: CloudEnvironment, name: string) => `arn:aws:events:${cloud.region}:${cloud.account}:rule/${name}`,
  /** Secrets Manager adds six characters to the name. */
  secretsUnder: ({ cloud }: CloudEnvironment, prefix: string) =>
    `arn:aws:secretsmanager:${cloud.region}:${cloud.account}:secret:${prefix}/*`,
  identityProvider: (account: string, issuer: string) =>
    `arn:aws:iam::${account}:oidc-provider/${issuer.replace(/^https:\/\//, '')}`,
} as const;
