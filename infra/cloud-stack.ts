import type { Manifest } from '../charts/index.ts';
import { checkAccount } from './account.ts';
import { Cloud } from './cloud.ts';
import { checkDocuments } from './documents.ts';
import type { CloudEnvironment } from './names.ts';
import type { StackOutputs } from './outputs.ts';

/**
 * Registers the AWS resources of one environment, whose objects name their ARNs.
 * @param issuer of service account tokens, where the cluster cannot be asked
 * @throws ConfigurationError before anything is registered
 */
export async function buildCloud(
  environment: CloudEnvironment,
  manifests: readonly Manifest[],
  issuer: string | undefined,
): Promise<StackOutputs> {
  checkDocuments(environment);
  await checkAccount(environment);
  const cloud = new Cloud(environment.name, { environment, manifests, ...(issuer === undefined ? {} : { issuer }) });
  return {
    operatorRepository: cloud.repositoryUrls.operator,
    functionsRepository: cloud.repositoryUrls.functions,
    codeBucket: cloud.bucket,
    uploadQueue: cloud.uploadQueueUrl,
  };
}
