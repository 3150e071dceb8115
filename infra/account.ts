import * as aws from '@pulumi/aws';
import { ConfigurationError } from '../stacks/index.ts';
import type { CloudEnvironment } from './names.ts';
import { checkOwners } from './owners.ts';

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
  await checkOwners(environment, provider);
}
