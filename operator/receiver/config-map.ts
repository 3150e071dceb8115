import { isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import type { KubernetesObject } from '../kube/object.ts';
import type { Resource } from '../kube/resource.ts';

interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

const configMaps: Resource<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};

/** The documents of a ConfigMap; none where there is no such object, or nobody says where it is. Needs get. */
export async function readConfigMap(
  client: Pick<KubeClient, 'get'>,
  { name, namespace }: { readonly name: string; readonly namespace: string | undefined },
): Promise<Readonly<Record<string, string>>> {
  if (namespace === undefined) return {};
  try {
    return (await client.get(configMaps, { namespace, name })).data ?? {};
  } catch (error) {
    if (isNotFound(error)) return {};
    throw error;
  }
}
