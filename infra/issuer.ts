import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { CloudEnvironment } from './names.ts';

/**
 * Who signs the service account tokens of the cluster: what the stack's configuration says, else the environment,
 * else what EKS says of the cluster.
 */
export function issuerOf(
  { cloud, cluster }: CloudEnvironment,
  configured: string | undefined,
  provider: aws.Provider,
): pulumi.Output<string> {
  const known = configured ?? cloud.oidcIssuer;
  return known === undefined
    ? aws.eks
        .getClusterOutput({ name: cluster.name }, { provider })
        .apply(({ identities }) => identities[0]?.oidcs[0]?.issuer ?? '')
    : pulumi.output(known);
}
