import { agentTierRole, agentTiers, type AgentTier } from './agent-tiers.ts';

/**
 * Who holds a grant: the controller, the CloudEvents API, who tells it of uploads, or whoever the events of a namespace's
 * Broker act as, or who tells of alerts. Builders and functions hold none.
 */
export type Account = 'operator' | 'receiver' | 'uploads' | 'events' | 'alerts';

/**
 * Where a grant holds: in every namespace that the operator watches, in the control namespace only, in the function
 * namespaces that the environment lists, in the first of those, in the namespace of the account itself, or for a kind that
 * has no namespace.
 */
export type GrantScope = 'watched' | 'control' | 'functions' | 'default' | 'own' | 'cluster';

export interface Grant {
  readonly account: Account;
  readonly scope: GrantScope;
  readonly apiGroup: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Names that the grant is limited to; absent means all. */
  readonly resourceNames?: readonly string[];
  /** Interface that needs the grant; absent means that it holds always. */
  readonly interface?: 'mcp';
  /** Module that makes these requests. */
  readonly neededBy: string;
}

const read = ['get', 'list', 'watch'] as const;
const watch = ['list', 'watch'] as const;
const apply = [...watch, 'create', 'patch'] as const;
/** No verb of the API server: the receiver asks for it when somebody tells of code that changed. */
const refresh = 'refresh';
const command = ['get', 'create', 'patch', 'delete'] as const;

/** Every right of the product's own accounts. No wildcard; a grant without a caller is a defect. */
export const grants: readonly Grant[] = [
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'lambda.knative.io',
    resources: ['lambdafunctions', 'lambdaagents'],
    verbs: [...read, 'patch'],
    neededBy: 'operator/reconcile/old-finalizer.ts',
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
    verbs: [...apply, 'delete'],
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
    resources: ['brokers', 'rabbitmqbrokerconfigs'],
    verbs: apply,
    neededBy: 'operator/agent/eventing.ts',
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
    scope: 'watched',
    apiGroup: '',
    resources: ['serviceaccounts'],
    verbs: apply,
    neededBy: 'operator/agent/deploy.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'rbac.authorization.k8s.io',
    resources: ['rolebindings'],
    verbs: [...apply, 'delete'],
    neededBy: 'operator/agent/rights.ts',
  },
  {
    account: 'operator',
    scope: 'watched',
    apiGroup: 'rbac.authorization.k8s.io',
    resources: ['clusterroles'],
    verbs: ['bind'],
    resourceNames: agentTiers,
    neededBy: 'operator/agent/rights.ts',
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
    verbs: [...command, 'list'],
    neededBy: 'operator/receiver/function-store.ts',
  },
  {
    account: 'receiver',
    scope: 'watched',
    apiGroup: 'lambda.knative.io',
    resources: ['lambdaagents'],
    verbs: ['get', 'patch'],
    neededBy: 'operator/receiver/agent-switches.ts',
  },
  {
    account: 'receiver',
    scope: 'watched',
    apiGroup: 'lambda.knative.io',
    resources: ['lambdaagents'],
    verbs: ['list'],
    interface: 'mcp',
    neededBy: 'operator/receiver/interfaces/exposed-objects.ts',
  },
  {
    account: 'receiver',
    scope: 'watched',
    apiGroup: 'authorization.k8s.io',
    resources: ['localsubjectaccessreviews'],
    verbs: ['create'],
    neededBy: 'operator/receiver/access-review.ts',
  },
  {
    account: 'receiver',
    scope: 'cluster',
    apiGroup: 'authentication.k8s.io',
    resources: ['tokenreviews'],
    verbs: ['create'],
    neededBy: 'operator/receiver/token-review.ts',
  },
  {
    account: 'receiver',
    scope: 'functions',
    apiGroup: 'eventing.knative.dev',
    resources: ['triggers'],
    verbs: ['create', 'patch'],
    neededBy: 'operator/receiver/command-triggers.ts',
  },
  {
    account: 'receiver',
    scope: 'control',
    apiGroup: '',
    resources: ['configmaps'],
    verbs: ['get'],
    resourceNames: ['knative-lambda-event-schemas', 'knative-lambda-intents'],
    neededBy: 'operator/receiver/config-map.ts',
  },
  {
    account: 'receiver',
    scope: 'functions',
    apiGroup: '',
    resources: ['secrets'],
    verbs: ['get'],
    neededBy: 'operator/supervision/secret-value.ts',
  },
  {
    account: 'events',
    scope: 'own',
    apiGroup: 'lambda.knative.io',
    resources: ['lambdafunctions'],
    verbs: [...command, refresh],
    neededBy: 'operator/receiver/authorize.ts',
  },
  {
    account: 'uploads',
    scope: 'watched',
    apiGroup: 'lambda.knative.io',
    resources: ['lambdafunctions'],
    verbs: [refresh],
    neededBy: 'operator/receiver/authorize.ts',
  },
  {
    account: 'alerts',
    scope: 'default',
    apiGroup: 'lambda.knative.io',
    resources: ['lambdafunctions/alerts'],
    verbs: ['create'],
    neededBy: 'operator/receiver/authorize.ts',
  },
];

/** What an environment decides that needs rights. */
export interface GrantedFeatures {
  readonly agentTiers: readonly AgentTier[];
  readonly interfaces: readonly string[];
}

/** The grants of an environment: the operator binds no tier that agents may not ask for. */
export function grantsFor({ agentTiers: tiers, interfaces }: GrantedFeatures): readonly Grant[] {
  const resourceNames = tiers.map(agentTierRole);
  return grants.flatMap((grant) => {
    if (grant.interface !== undefined && !interfaces.includes(grant.interface)) return [];
    if (!grant.verbs.includes('bind')) return [grant];
    return resourceNames.length === 0 ? [] : [{ ...grant, resourceNames }];
  });
}
