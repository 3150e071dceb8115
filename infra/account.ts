import * as aws from '@pulumi/aws';
import { ConfigurationError } from '../stacks/index.ts';
import { type CloudEnvironment, repositoryNames } from './names.ts';

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function checkRegion({ name, cloud }: CloudEnvironment): void {
  const { region } = aws.config;
  if (region !== undefined && region !== cloud.region) {
    throw new ConfigurationError([
      `AWS region: got ${region}, allowed ${cloud.region}, which holds ${name}; unset AWS_REGION and aws:region, or change cloud.region in stacks/${name}.ts`,
    ]);
  }
}

async function checkCaller({ name, cloud }: CloudEnvironment, provider: aws.Provider): Promise<void> {
  const caller = await aws.getCallerIdentity({}, { provider }).catch((error: unknown) => {
    throw new ConfigurationError([
      `AWS credentials: got ${reasonOf(error)}, allowed valid ones of account ${cloud.account}; log in again`,
    ]);
  });
  if (caller.accountId !== cloud.account) {
    throw new ConfigurationError([
      `AWS account: got ${caller.accountId}, allowed ${cloud.account}, which holds ${name}; log in to that account, or change cloud.account in stacks/${name}.ts`,
    ]);
  }
}

/** The environment that a repository is tagged with; undefined where there is no such repository, or no such tag. */
async function ownerOf(name: string, provider: aws.Provider): Promise<string | undefined> {
  try {
    const { tags } = await aws.ecr.getRepository({ name }, { provider });
    return tags['Environment'];
  } catch (error) {
    if (/not ?found|couldn't find/i.test(reasonOf(error))) return undefined;
    throw error;
  }
}

async function checkOwner(environment: CloudEnvironment, provider: aws.Provider): Promise<void> {
  const names = Object.values(repositoryNames).map((nameOf) => nameOf(environment));
  const owners = await Promise.all(names.map(async (name) => ({ name, owner: await ownerOf(name, provider) })));
  const faults = owners
    .filter(({ owner }) => owner !== undefined && owner !== environment.name)
    .map(
      ({ name, owner }) =>
        `ECR repository: got ${name}, which the stack ${owner} owns, allowed a name of its own; rename it in stacks/${environment.name}.ts`,
    );
  if (faults.length > 0) throw new ConfigurationError(faults);
}

/**
 * Refuses to go on with the credentials of another account, the region of another place, or names that another stack has,
 * before anything is registered.
 * @throws ConfigurationError naming both accounts, regions or stacks, or saying that there are no valid credentials
 */
export async function checkAccount(environment: CloudEnvironment): Promise<void> {
  checkRegion(environment);
  // a provider of its own: the one of the resources would refuse another account in words of AWS
  const provider = new aws.Provider('caller', { region: environment.cloud.region });
  await checkCaller(environment, provider);
  await checkOwner(environment, provider);
}
