import * as aws from '@pulumi/aws';
import { ConfigurationError } from '../stacks/index.ts';
import type { CloudEnvironment } from './names.ts';

/**
 * Refuses to go on with the credentials of another account or the region of another place, before anything is registered.
 * @throws ConfigurationError naming both accounts or regions, or saying that there are no valid credentials
 */
export async function checkAccount({ name, cloud }: CloudEnvironment): Promise<void> {
  const { region } = aws.config;
  if (region !== undefined && region !== cloud.region) {
    throw new ConfigurationError([
      `AWS region: got ${region}, allowed ${cloud.region}, which holds ${name}; unset AWS_REGION and aws:region, or change cloud.region in stacks/${name}.ts`,
    ]);
  }
  const caller = await aws.getCallerIdentity({}).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError([
      `AWS credentials: got ${reason}, allowed valid ones of account ${cloud.account}; log in again`,
    ]);
  });
  if (caller.accountId !== cloud.account) {
    throw new ConfigurationError([
      `AWS account: got ${caller.accountId}, allowed ${cloud.account}, which holds ${name}; log in to that account, or change cloud.account in stacks/${name}.ts`,
    ]);
  }
}
