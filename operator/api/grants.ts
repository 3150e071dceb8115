/** Who holds a grant: the controller, or the CloudEvents API. Builders and functions hold none. */
export type Account = 'operator' | 'receiver';

/**
 * Where a grant holds: in every namespace that the operator watches, in every namespace where it watches all and nowhere
 * where it watches listed ones, in the control namespace only, or in the function namespaces that the environment lists.
 */
export type GrantScope = 'watched' | 'unlisted' | 'control' | 'functions';

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
const watch = ['list', 'watch'] as const;
const apply = [...watch, 'create', 'patch'] as const;
const own = [...read, 'create', 'patch', 'delete'] as const;

/** Every right of the product's own accounts. No wildcard; a grant without a caller is a defect. */
export const grants: readonly Grant[] = [
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'lambda.knative.io',
    resources: ['lambdafunctions'],
    verbs: [...watch, 'patch'],
    neededBy: 'operator/function/deletion.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'lambda.knative.io',
    resources: ['lambdafunctions/status'],
    verbs: ['patch'],
    neededBy: 'operator/function/reconcile.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'lambda.knative.io',
    resources: ['lambdaagents'],
    verbs: watch,
    neededBy: 'operator/function/caches.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'batch',
    resources: ['jobs'],
    verbs: [...apply, 'delete'],
    neededBy: 'operator/function/start-build.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: '',
    resources: ['configmaps'],
    verbs: ['create', 'patch'],
    neededBy: 'operator/function/start-build.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: '',
    resources: ['pods'],
    verbs: watch,
    neededBy: 'operator/function/caches.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'serving.knative.dev',
    resources: ['services'],
    verbs: apply,
    neededBy: 'operator/function/deploy.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'serving.knative.dev',
    resources: ['revisions'],
    verbs: watch,
    neededBy: 'operator/function/caches.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'apps',
    resources: ['replicasets'],
    verbs: watch,
    neededBy: 'operator/function/caches.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'eventing.knative.dev',
    resources: ['triggers'],
    verbs: [...apply, 'delete'],
    neededBy: 'operator/function/expose.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'eventing.knative.dev',
    resources: ['brokers'],
    verbs: watch,
    neededBy: 'operator/function/caches.ts',
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
    scope: 'unlisted',
    apiGroup: '',
    resources: ['serviceaccounts'],
    verbs: apply,
    neededBy: 'operator/function/namespace-parts.ts',
  },
  {
    account: 'operator',
    scope: 'unlisted',
    apiGroup: 'eventing.knative.dev',
    resources: ['brokers', 'rabbitmqbrokerconfigs'],
    verbs: ['create', 'patch'],
    neededBy: 'operator/function/namespace-parts.ts',
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
