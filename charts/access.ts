import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { type Account, type Grant, grants, type GrantScope, labels } from '../operator/api/index.ts';
import type { Environment } from '../stacks/index.ts';
import { needsPullSecret, roleArn } from './constructs/hardened-pod.ts';
import { componentLabels } from './constructs/labels.ts';
import type { Part } from './part.ts';
import { names } from './workloads.ts';

/** Service accounts, what each may do, and which people may do what. */
export const accessPart: Part = {
  name: 'access',
  build(chart, { environment }) {
    addServiceAccounts(chart, environment);
    for (const account of ['operator', 'receiver'] as const) {
      addWatchedRights(chart, environment, account);
      addControlRights(chart, environment, account);
    }
    addFunctionRights(chart, environment);
    addPeople(chart, environment);
  },
};

function roleAnnotation({ cloud }: Environment, role: 'operator' | 'receiver' | 'builder'): Record<string, string> {
  return cloud === undefined ? {} : { 'eks.amazonaws.com/role-arn': roleArn(cloud.account, cloud.roles[role]) };
}

function addServiceAccounts(chart: Chart, environment: Environment): void {
  const { control, functions } = environment.namespaces;
  for (const account of ['operator', 'receiver'] as const) {
    new k8s.KubeServiceAccount(chart, `account-${account}`, {
      metadata: {
        name: names[account],
        namespace: control,
        labels: componentLabels(names[account], account === 'operator' ? 'operator' : 'lambda-receiver'),
        annotations: roleAnnotation(environment, account),
      },
      // a Deployment asks for the token on its pods; a Knative Service cannot
      automountServiceAccountToken: account === 'receiver' && environment.receiver.form === 'knative-service',
    });
  }
  // pods of functions name no pull Secret of their own: they get that of their account
  const imagePullSecrets = needsPullSecret(environment) ? [{ name: names.pullSecret }] : undefined;
  for (const namespace of functions) {
    new k8s.KubeServiceAccount(chart, `account-builder-${namespace}`, {
      metadata: {
        name: names.builder,
        namespace,
        labels: componentLabels(names.builder, 'build-system'),
        annotations: roleAnnotation(environment, 'builder'),
      },
      automountServiceAccountToken: false,
      imagePullSecrets,
    });
    new k8s.KubeServiceAccount(chart, `account-function-${namespace}`, {
      metadata: {
        name: names.function,
        namespace,
        labels: { ...componentLabels(names.function, 'lambda-runtime'), [labels.usableBy]: 'functions' },
      },
      automountServiceAccountToken: false,
      imagePullSecrets,
    });
  }
}

function rulesOf(account: Account, scope: GrantScope): k8s.PolicyRule[] {
  return grants.filter((grant) => grant.account === account && grant.scope === scope).map(toRule);
}

function toRule({ apiGroup, resources, verbs, resourceNames }: Grant): k8s.PolicyRule {
  return {
    apiGroups: [apiGroup],
    resources: [...resources],
    verbs: [...verbs],
    ...(resourceNames === undefined ? {} : { resourceNames: [...resourceNames] }),
  };
}

/** A ClusterRole where the operator watches every namespace, a Role in each listed namespace otherwise. */
function addWatchedRights(chart: Chart, environment: Environment, account: Account): void {
  const name = names[account];
  const rules = rulesOf(account, 'watched');
  if (environment.watch === 'listed') {
    addRoles(chart, { environment, account, name, rules, namespaces: environment.namespaces.functions });
    return;
  }
  const everywhere = [...rules, ...rulesOf(account, 'unlisted')];
  new k8s.KubeClusterRole(chart, `cluster-role-${name}`, { metadata: { name }, rules: everywhere });
  new k8s.KubeClusterRoleBinding(chart, `cluster-binding-${name}`, {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [subjectOf(environment, account)],
  });
}

const controlRole = { operator: `${names.operator}-leader-election`, receiver: `${names.receiver}-schemas` } as const;

function addControlRights(chart: Chart, environment: Environment, account: Account): void {
  const rules = rulesOf(account, 'control');
  addRoles(chart, {
    environment,
    account,
    name: controlRole[account],
    rules,
    namespaces: [environment.namespaces.control],
  });
}

/**
 * Rights that hold in function namespaces only. Where the operator watches every namespace they are a ClusterRole
 * without a binding of its own, so that one command admits another namespace (docs/operations/namespaces.md).
 */
function addFunctionRights(chart: Chart, environment: Environment): void {
  const account = 'operator';
  const rules = rulesOf(account, 'functions');
  const name = `${names.operator}-references`;
  const { functions } = environment.namespaces;
  if (environment.watch === 'listed') {
    addRoles(chart, { environment, account, name, rules, namespaces: functions });
    return;
  }
  new k8s.KubeClusterRole(chart, `cluster-role-${name}`, { metadata: { name }, rules });
  for (const namespace of functions) {
    new k8s.KubeRoleBinding(chart, `binding-${name}-${namespace}`, {
      metadata: { name, namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [subjectOf(environment, account)],
    });
  }
}

function subjectOf({ namespaces }: Environment, account: Account): k8s.Subject {
  return { kind: 'ServiceAccount', name: names[account], namespace: namespaces.control };
}

interface RolesProps {
  readonly environment: Environment;
  readonly account: Account;
  readonly name: string;
  readonly rules: k8s.PolicyRule[];
  readonly namespaces: readonly string[];
}

/** The same Role, bound to an account, in each namespace. */
function addRoles(chart: Chart, { environment, account, name, rules, namespaces }: RolesProps): void {
  for (const namespace of namespaces) {
    new k8s.KubeRole(chart, `role-${name}-${namespace}`, { metadata: { name, namespace }, rules });
    new k8s.KubeRoleBinding(chart, `binding-${name}-${namespace}`, {
      metadata: { name, namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [subjectOf(environment, account)],
    });
  }
}

function addPeople(chart: Chart, { access, namespaces }: Environment): void {
  for (const { group, binding, functions, control } of access) {
    for (const namespace of namespaces.functions) {
      addPersonBinding(chart, { group, name: binding, namespace, clusterRole: functions });
    }
    if (control !== 'none') {
      addPersonBinding(chart, { group, name: binding, namespace: namespaces.control, clusterRole: control });
    }
  }
}

interface PersonBinding {
  readonly group: string;
  readonly name: string;
  readonly namespace: string;
  readonly clusterRole: string;
}

function addPersonBinding(chart: Chart, { group, name, namespace, clusterRole }: PersonBinding): void {
  new k8s.KubeRoleBinding(chart, `people-${name}-${namespace}`, {
    metadata: { name, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: clusterRole },
    subjects: [{ kind: 'Group', name: group, apiGroup: 'rbac.authorization.k8s.io' }],
  });
}
