import { apiVersion, group, type Kind, labels } from '../api/index.ts';
import type { OwnerReference } from '../kube/object.ts';

/** Value of `app.kubernetes.io/managed-by`, and the field manager of every apply. */
export const manager = 'knative-lambda-operator';

/** A function or an agent, as far as it is named as an owner. */
export interface Owner {
  readonly kind: Kind;
  readonly metadata: { readonly name: string; readonly uid: string };
}

/** Owner of an object that exists for this function or agent alone. */
export function controllerReference({ kind, metadata: { name, uid } }: Owner): OwnerReference {
  return { apiVersion, kind, name, uid, controller: true };
}

/** Whether an owner is one of a kind of ours, of whichever version. */
export const isReferenceTo =
  (kind: Kind) =>
  (owner: OwnerReference): boolean =>
    owner.apiVersion.startsWith(`${group}/`) && owner.kind === kind;

/** One of several owners: the object goes with the last of them. */
export function sharedReference({ kind, metadata: { name, uid } }: Owner): OwnerReference {
  return { apiVersion, kind, name, uid };
}

export type Component = 'lambda' | 'trigger' | 'build' | 'broker' | 'broker-config' | 'lambda-runtime' | 'build-system';

/** Labels of an object of a function, or of one that functions share. */
export function objectLabels(owner: string, component: Component): Record<string, string> {
  return {
    [labels.appName]: owner,
    [labels.appComponent]: component,
    [labels.appManagedBy]: manager,
    [labels.owner]: owner,
  };
}

export type AgentComponent = 'agent' | 'agent-broker' | 'agent-broker-config' | 'trigger' | 'trigger-forward';

/** Labels of an object of an agent: not those of a function, so that neither controller takes it for the other's. */
export function agentLabels(agent: string, component: AgentComponent): Record<string, string> {
  return {
    [labels.appName]: agent,
    [labels.appComponent]: component,
    [labels.appManagedBy]: manager,
    [labels.agent]: agent,
  };
}
