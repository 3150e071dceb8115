import { z } from 'zod';
import { cidr, dnsLabel, hostPort, repository } from './names.ts';

const bucketName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'a bucket name: 3 to 63 lower-case letters, digits and hyphens');

const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-[0-9]$/, 'an AWS region, for example us-west-2');

const roleName = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9+=,.@_-]+$/, 'an IAM role name');

const awsId = (kind: string) =>
  z
    .string()
    .regex(new RegExp(`^${kind}-[0-9a-f]{8}([0-9a-f]{9})?$`), `an id of AWS, for example ${kind}-0123456789abcdef0`);

const endpointsSchema = z.strictObject({
  vpc: awsId('vpc').describe('VPC of the cluster'),
  routeTables: z.array(awsId('rtb')).min(1).describe('route tables whose subnets reach S3 without the internet'),
  subnets: z.array(awsId('subnet')).min(1).describe('subnets in which ECR gets an address, one an availability zone'),
  cidrs: z.array(cidr).min(1).describe('addresses of these subnets: pods must reach ECR there'),
});

export const cloudSchema = z.strictObject({
  account: z
    .string()
    .regex(/^[0-9]{12}$/, 'an AWS account id: 12 digits')
    .describe('AWS account'),
  region: region.describe('AWS region'),
  oidcIssuer: z
    .string()
    .regex(/^https:\/\/[^\s/]+(\/[^\s]*)?$/, 'an https URL')
    .optional()
    .describe(
      'issuer of service account tokens that IAM trusts; on EKS the cluster brings it, elsewhere it is mandatory',
    ),
  roles: z
    .strictObject({
      operator: roleName.describe('IAM role of the controller: looks images up'),
      receiver: roleName.describe('IAM role of the receiver: keeps dead letters in the code bucket'),
      uploads: roleName.describe('IAM role of the connector that reads the notifications of uploads'),
      builder: roleName.describe('IAM role of image builds: reads code, pushes images'),
      secrets: roleName.describe('IAM role that reads the secrets of the environment'),
    })
    .describe('IAM roles of the environment, assumed by service accounts'),
  endpoints: endpointsSchema
    .optional()
    .describe(
      'private ways from the VPC to S3 and ECR, made by the owner of the cluster; absent means that both are reached over the internet',
    ),
  pipeline: z
    .strictObject({
      repository: z
        .string()
        .regex(/^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/, 'an owner and a name, for example owner/repository')
        .describe('GitHub repository whose workflow publishes the operator image'),
      only: z
        .strictObject({
          kind: z.enum(['branch', 'environment']).describe('a branch, or a deployment environment'),
          name: z.string().min(1).max(128).describe('name of the branch or deployment environment'),
        })
        .describe('the runs that may publish; others get no role'),
      ownsProvider: z
        .boolean()
        .describe('whether this environment creates the GitHub identity provider; one environment per account'),
    })
    .optional()
    .describe('who publishes the operator image; absent means that people push it'),
});

const ecr = z.strictObject({
  kind: z.literal('ecr').describe('Elastic Container Registry of the environment account and region'),
  operatorRepository: repository.describe('repository of the operator image'),
  functionsRepository: repository.describe('repository of function images; the tag carries namespace and content key'),
  untaggedDays: z.int().min(1).max(365).describe('days until an untagged image expires'),
  replicateTo: z
    .array(region)
    .max(25)
    .optional()
    .describe(
      'regions that get a copy of each image of the environment; one environment of an account and region may ask for it; absent means none',
    ),
  pullThrough: z
    .array(
      z.strictObject({
        prefix: z
          .string()
          .regex(/^[a-z0-9][a-z0-9._-]{1,29}$/, 'a prefix of repositories: 2 to 30 lower-case letters, digits, . _ -')
          .describe('first part of the names of the copies'),
        upstream: z
          .enum(['public.ecr.aws', 'quay.io', 'registry.k8s.io'])
          .describe('registry that images are copied from; these three ask for no login'),
      }),
    )
    .optional()
    .describe('public registries whose images are kept in ECR once they were pulled; absent means none'),
});

const plainRegistry = z.strictObject({
  kind: z.literal('registry').describe('a registry without cloud identity'),
  push: hostPort.describe('registry address that build pods push to'),
  pull: hostPort.describe('registry address that nodes pull from'),
  insecure: z.boolean().describe('whether the registry speaks plain HTTP'),
  operatorRepository: repository.describe('repository of the operator image'),
  functionsRepository: repository.describe('repository of function images'),
});

export const imageRegistrySchema = z.discriminatedUnion('kind', [ecr, plainRegistry]);

const s3 = z.strictObject({
  kind: z.literal('s3').describe('an S3 bucket, reached with the IAM role of the pod'),
  bucket: bucketName.describe('bucket of uploaded code'),
  prefix: z.string().max(256).describe('key prefix of legacy parser events; empty means the whole bucket'),
});

const minio = z.strictObject({
  kind: z.literal('minio').describe('a MinIO server in the cluster'),
  endpoint: hostPort.describe('address of the MinIO API'),
  namespace: dnsLabel.describe('namespace of the MinIO server'),
  bucket: bucketName.describe('bucket of uploaded code'),
  credentialsSecret: dnsLabel.describe('Secret with the keys accesskey and secretkey, in each function namespace'),
});

export const codeStoreSchema = z.discriminatedUnion('kind', [s3, minio]);

export const secretsSchema = z.discriminatedUnion('backend', [
  z.strictObject({
    backend: z.literal('sealed').describe('SealedSecrets: encrypted files in Git, written by make seal'),
  }),
  z.strictObject({
    backend: z.literal('external').describe('ExternalSecrets: read from AWS Secrets Manager'),
    prefix: z
      .string()
      .regex(/^[a-z0-9-]+(\/[a-z0-9-]+)*$/, 'a path of secret names')
      .describe('path of the secrets of the environment'),
  }),
]);
