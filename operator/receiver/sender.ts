/** A Kubernetes identity, as RBAC names it. */
export interface User {
  readonly username: string;
  readonly groups: readonly string[];
}

/** Who sends, and what proves it. */
export type Sender =
  /** A token of a ServiceAccount that the API server knows. */
  | { readonly kind: 'token'; readonly user: User }
  /** A key that is shared with a sender outside of the cluster, which acts as a user of the cluster. */
  | { readonly kind: 'signature'; readonly keyId: string; readonly user: User }
  /** The proxy of the mesh says which ServiceAccount is at the other end. */
  | { readonly kind: 'mesh'; readonly user: User }
  /** The Broker of a namespace, which does not say whose events it brings. */
  | { readonly kind: 'broker'; readonly namespace: string; readonly user: User }
  /** Allowed by a setting only. */
  | { readonly kind: 'anonymous'; readonly user: User };

/** The identity of a ServiceAccount. */
export const serviceAccountUser = (namespace: string, name: string): User => ({
  username: `system:serviceaccount:${namespace}:${name}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
});

/** ServiceAccount that events of a namespace's Broker act as. */
export const brokerAccount = 'knative-lambda-events';

export const anonymousUser: User = { username: 'system:anonymous', groups: ['system:unauthenticated'] };
