import { ConfigurationError } from './configuration-error.ts';
import type { Clock } from './kube/clock.ts';
import type { Connection } from './kube/connection.ts';
import { isInCluster, readInClusterConnection } from './kube/credentials.ts';
import { kubeconfigPaths, readKubeconfig } from './kube/kubeconfig.ts';

/**
 * The API server: that of the cluster in a pod, that of the kubeconfig elsewhere.
 * @throws ConfigurationError when pod or kubeconfig do not say how to reach one
 */
export async function connect(
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<Connection> {
  try {
    if (isInCluster(environment)) return await readInClusterConnection({ environment, clock });
    return await readKubeconfig({ paths: kubeconfigPaths(environment), clock });
  } catch (error) {
    throw new ConfigurationError([error instanceof Error ? error.message : String(error)]);
  }
}
