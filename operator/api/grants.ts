/** Who holds a grant: the controller, or the CloudEvents API. Builders and functions hold none. */
export type Account = 'operator' | 'receiver';

/**
 * Where a grant holds: in every namespace that the operator watches, in the control namespace only,
 * or in the function namespaces that the environment lists, also where the operator watches all.
 */
export type GrantScope = 'watched' | 'control' | 'functions';

export interface Grant {
  readonly account: Account;
  readonly scope: GrantScope;
  readonly apiGroup: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Names that the grant is limited to; absent means all. */
  readonly resourceNames?: readonly string[];
  /** Module that makes these requests. */
  readonly neededBy: string;
}

/** ClusterRoles that an agent's ServiceAccount may be given; the only ones that the operator may bind. */
export const agentTiers = [
  'lambda-agent-restricted',
  'lambda-agent-viewer',
  'lambda-agent-developer',
  'lambda-agent-orchestrator',
  'lambda-agent-admin',
  'lambda-agent-security-tester',
] as const;

const read = ['get', 'list', 'watch'] as const;
const own = [...read, 'create', 'patch', 'delete'] as const;

/** Every right of the product's own accounts. No wildcard; a grant without a caller is a defect. */
export const grants: readonly Grant[] = [
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'lambda.knative.io',
    resources: ['lambdafunctions', 'lambdaagents'],
    verbs: [...read, 'patch'],
    neededBy: 'operator/function/reconcile.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'lambda.knative.io',
    resources: ['lambdafunctions/status', 'lambdaagents/status'],
    verbs: ['patch'],
    neededBy: 'operator/function/reconcile.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'batch',
    resources: ['jobs'],
    verbs: own,
    neededBy: 'operator/function/start-build.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: '',
    resources: ['configmaps'],
    verbs: ['create', 'patch', 'delete'],
    neededBy: 'operator/function/start-build.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: '',
    resources: ['pods'],
    verbs: read,
    neededBy: 'operator/function/caches.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: '',
    resources: ['pods/log'],
    verbs: ['get'],
    neededBy: 'operator/function/build.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'serving.knative.dev',
    resources: ['services'],
    verbs: own,
    neededBy: 'operator/function/deploy.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'serving.knative.dev',
    resources: ['revisions'],
    verbs: read,
    neededBy: 'operator/function/caches.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'apps',
    resources: ['replicasets'],
    verbs: read,
    neededBy: 'operator/function/caches.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: '',
    resources: ['serviceaccounts'],
    verbs: [...read, 'create', 'patch'],
    neededBy: 'operator/function/deploy.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'eventing.knative.dev',
    resources: ['triggers', 'brokers', 'rabbitmqbrokerconfigs'],
    verbs: own,
    neededBy: 'operator/function/expose.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: '',
    resources: ['services'],
    verbs: own,
    neededBy: 'operator/agent/monitor.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'monitoring.coreos.com',
    resources: ['servicemonitors'],
    verbs: own,
    neededBy: 'operator/agent/monitor.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'events.k8s.io',
    resources: ['events'],
    verbs: ['list', 'create', 'patch'],
    neededBy: 'operator/function/refused-pods.ts',
  },
  {
    account: 'operator',
    scope: 'control',
    apiGroup: 'coordination.k8s.io',
    resources: ['leases'],
    verbs: ['get', 'create', 'update'],
    neededBy: 'operator/reconcile/lease-store.ts',
  },
  {
    account: 'operator',
    scope: 'functions',
    apiGroup: '',
    resources: ['secrets', 'configmaps'],
    verbs: ['list', 'watch'],
    neededBy: 'operator/function/caches.ts',
  },
  {
    account: 'operator',
    scope: 'functions',
    apiGroup: 'rbac.authorization.k8s.io',
    resources: ['rolebindings'],
    verbs: own,
    neededBy: 'operator/agent/access.ts',
  },
  {
    account: 'operator',
    scope: 'functions',
    apiGroup: 'rbac.authorization.k8s.io',
    resources: ['clusterroles'],
    verbs: ['bind'],
    resourceNames: agentTiers,
    neededBy: 'operator/agent/access.ts',
  },
  {
    account: 'receiver',
    scope: 'watched',
    apiGroup: 'lambda.knative.io',
    resources: ['lambdafunctions'],
    verbs: own,
    neededBy: 'operator/receiver/commands.ts',
  },
  {
    account: 'receiver',
    scope: 'watched',
    apiGroup: 'events.k8s.io',
    resources: ['events'],
    verbs: ['create', 'patch'],
    neededBy: 'operator/receiver/audit.ts',
  },
  {
    account: 'receiver',
    scope: 'control',
    apiGroup: '',
    resources: ['configmaps'],
    verbs: read,
    resourceNames: ['knative-lambda-event-schemas'],
    neededBy: 'operator/receiver/schemas.ts',
  },
];
