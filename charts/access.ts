import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { type Account, type Grant, grants, type GrantScope, labels } from '../operator/api/index.ts';
import type { Environment } from '../stacks/index.ts';
import { roleArn } from './constructs/hardened-pod.ts';
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
      addRoles(chart, environment, account, 'control');
      addRoles(chart, environment, account, 'functions');
    }
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
  for (const namespace of functions) {
    new k8s.KubeServiceAccount(chart, `account-builder-${namespace}`, {
      metadata: {
        name: names.builder,
        namespace,
        labels: componentLabels(names.builder, 'build-system'),
        annotations: roleAnnotation(environment, 'builder'),
      },
      automountServiceAccountToken: false,
    });
    new k8s.KubeServiceAccount(chart, `account-function-${namespace}`, {
      metadata: {
        name: names.function,
        namespace,
        labels: { ...componentLabels(names.function, 'lambda-runtime'), [labels.usableBy]: 'functions' },
      },
      automountServiceAccountToken: false,
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
  if (environment.watch === 'listed') {
    addRoles(chart, environment, account, 'watched');
    return;
  }
  const name = names[account];
  const rules = rulesOf(account, 'watched');
  new k8s.KubeClusterRole(chart, `cluster-role-${account}`, { metadata: { name }, rules });
  new k8s.KubeClusterRoleBinding(chart, `cluster-binding-${account}`, {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: environment.namespaces.control }],
  });
}

const roleSuffix = { watched: '', control: '-leader-election', functions: '-references' } as const satisfies Record<
  GrantScope,
  string
>;

function addRoles(chart: Chart, environment: Environment, account: Account, scope: GrantScope): void {
  const rules = rulesOf(account, scope);
  if (rules.length === 0) {
    return;
  }
  const { control, functions } = environment.namespaces;
  const suffix = account === 'receiver' && scope === 'control' ? '-schemas' : roleSuffix[scope];
  const name = `${names[account]}${suffix}`;
  for (const namespace of scope === 'control' ? [control] : functions) {
    new k8s.KubeRole(chart, `role-${name}-${namespace}`, { metadata: { name, namespace }, rules });
    new k8s.KubeRoleBinding(chart, `binding-${name}-${namespace}`, {
      metadata: { name, namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name: names[account], namespace: control }],
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
