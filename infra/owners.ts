import * as aws from '@pulumi/aws';
import { ConfigurationError } from '../stacks/index.ts';
import { arns, type CloudEnvironment, names, repositoryNames } from './names.ts';
import { secretEntryNames } from './secret-entries.ts';

type Tags = Readonly<Record<string, string>>;

interface Caller {
  readonly provider: aws.Provider;
}

/** A kind of resource whose names an account has once, if not the world. */
interface NamedKind {
  readonly kind: string;
  /** Names of this kind that the environment takes. */
  readonly namesOf: (environment: CloudEnvironment) => readonly string[];
  /** Tags of what has the name; refused where nothing has it. */
  readonly tagsOf: (name: string, caller: Caller, environment: CloudEnvironment) => Promise<Tags>;
}

/** That the bucket is there and in this account S3 says, its tags the tagging service. */
async function bucketTags(bucket: string, caller: Caller): Promise<Tags> {
  await aws.s3.getBucket({ bucket }, caller);
  const resourceArnLists = [arns.bucket(bucket)];
  const found = await aws.resourcegroupstaggingapi.getResources({ resourceArnLists }, caller);
  return found.resourceTagMappingLists[0]?.tags ?? {};
}

function roleNames(environment: CloudEnvironment): readonly string[] {
  const { roles, pipeline } = environment.cloud;
  return [...Object.values(roles), ...(pipeline === undefined ? [] : [names.pipelineRole(environment)])];
}

const namedKinds: readonly NamedKind[] = [
  {
    kind: 'ECR repository',
    namesOf: (environment) => Object.values(repositoryNames).map((nameOf) => nameOf(environment)),
    tagsOf: async (name, caller) => (await aws.ecr.getRepository({ name }, caller)).tags,
  },
  {
    kind: 'S3 bucket',
    namesOf: (environment) => [environment.codeStore.bucket, names.logBucket(environment)],
    tagsOf: bucketTags,
  },
  {
    kind: 'SQS queue',
    namesOf: (environment) => [names.codeQueue(environment), names.codeQueueRejects(environment)],
    tagsOf: async (name, caller) => (await aws.sqs.getQueue({ name }, caller)).tags,
  },
  {
    kind: 'IAM role',
    namesOf: roleNames,
    tagsOf: async (name, caller) => (await aws.iam.getRole({ name }, caller)).tags,
  },
  {
    kind: 'IAM policy',
    namesOf: (environment) => [names.boundary(environment)],
    tagsOf: async (name, caller, environment) =>
      (await aws.iam.getPolicy({ arn: arns.policy(environment, name) }, caller)).tags,
  },
  {
    kind: 'Secrets Manager entry',
    namesOf: secretEntryNames,
    tagsOf: async (name, caller) => (await aws.secretsmanager.getSecret({ name }, caller)).tags,
  },
];

/** How the provider, or a service itself, says that nothing has a name. */
const nothingThere = /couldn't find|can't find|empty result|not ?found|does ?not ?exist|NoSuch|NonExistent/i;

async function faultOf(
  { kind, tagsOf }: NamedKind,
  name: string,
  caller: Caller,
  environment: CloudEnvironment,
): Promise<readonly string[]> {
  const file = `stacks/${environment.name}.ts`;
  try {
    const { Environment: owner } = await tagsOf(name, caller, environment);
    return owner === undefined || owner === environment.name
      ? []
      : [`${kind}: got ${name}, which the stack ${owner} owns, allowed a name of its own; rename it in ${file}`];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return nothingThere.test(reason)
      ? []
      : [
          `${kind}: got ${name}, of which AWS says ${reason}, allowed a name of its own; rename it in ${file}, or log in as somebody who may read it`,
        ];
  }
}

/**
 * Refuses names that another stack has, as the tag Environment tells, and those that another account has.
 * @throws ConfigurationError with a line for each such name
 */
export async function checkOwners(environment: CloudEnvironment, provider: aws.Provider): Promise<void> {
  const faults = await Promise.all(
    namedKinds.flatMap((kind) =>
      kind.namesOf(environment).map((name) => faultOf(kind, name, { provider }, environment)),
    ),
  );
  if (faults.flat().length > 0) throw new ConfigurationError(faults.flat());
}
