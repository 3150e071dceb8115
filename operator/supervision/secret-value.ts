import type { KubeClient } from '../kube/client.ts';
import type { KubernetesObject } from '../kube/object.ts';
import type { Resource } from '../kube/resource.ts';
import { isUsable } from '../specs/reference.ts';

interface Secret extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

const secrets: Resource<Secret> = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };

export interface SecretKey {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

export type ReadSecret = (reference: SecretKey) => Promise<string>;

/**
 * Values of Secrets that agents name. Whoever writes an agent may not read them, so one that its owner has not lent is
 * refused: it would be sent where the agent says. Needs get on secrets of the namespace. Errors hold no value.
 */
export function readSecrets(client: Pick<KubeClient, 'get'>, enforceUsableBy: boolean): ReadSecret {
  return async ({ key, name, namespace }) => {
    const secret = await client.get(secrets, { namespace, name }, { timeoutMs: 10_000 });
    if (enforceUsableBy && !isUsable(secret)) {
      throw new Error(`Secret ${namespace}/${name} is not labelled lambda.knative.io/usable-by: functions`);
    }
    const value = secret.data?.[key];
    if (value === undefined) throw new Error(`Secret ${namespace}/${name} has no key ${key}; add it`);
    return Buffer.from(value, 'base64').toString().trim();
  };
}
