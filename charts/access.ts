import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { type Account, type Grant, grantsFor, type GrantScope, labels } from '../operator/api/index.ts';
import type { Environment } from '../stacks/index.ts';
import { needsPullSecret, roleArn } from './constructs/hardened-pod.ts';
import { componentLabels } from './constructs/labels.ts';
import type { Part } from './part.ts';
import { names } from './workloads.ts';

/** Accounts of what runs in the control namespace. */
const programs = ['operator', 'receiver'] as const;
type Program = (typeof programs)[number];

/** Service accounts, what each may do, and which people may do what. */
export const accessPart: Part = {
  name: 'access',
  build(chart, { environment }) {
    addServiceAccounts(chart, environment);
    for (const account of programs) {
      addWatchedRights(chart, environment, account);
      addControlRights(chart, environment, account);
      addFunctionRights(chart, environment, account);
    }
    addWatchedRights(chart, environment, 'uploads');
    addClusterRights(chart, environment, 'receiver');
    addEventRights(chart, environment);
    addAlertRights(chart, environment);
    addPeople(chart, environment);
  },
};

function roleAnnotation({ cloud }: Environment, role: 'operator' | 'receiver' | 'builder'): Record<string, string> {
  return cloud === undefined ? {} : { 'eks.amazonaws.com/role-arn': roleArn(cloud.account, cloud.roles[role]) };
}

function addServiceAccounts(chart: Chart, environment: Environment): void {
  const { control, functions } = environment.namespaces;
  for (const account of programs) {
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
    // no pod runs as it: the receiver asks what it may do
    new k8s.KubeServiceAccount(chart, `account-events-${namespace}`, {
      metadata: { name: names.events, namespace, labels: componentLabels(names.events, 'lambda-receiver') },
      automountServiceAccountToken: false,
    });
  }
}

function rulesOf({ features }: Environment, account: Account, scope: GrantScope): k8s.PolicyRule[] {
  return grantsFor(features)
    .filter((grant) => grant.account === account && grant.scope === scope)
    .map(toRule);
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
function addWatchedRights(chart: Chart, environment: Environment, account: Program | 'uploads'): void {
  const name = names[account];
  const rules = rulesOf(environment, account, 'watched');
  if (environment.watch === 'listed') {
    const subjectIn = () => subjectOf(environment, account);
    addRoles(chart, { name, rules, subjectIn, namespaces: environment.namespaces.functions });
    return;
  }
  addClusterRole(chart, { name, rules, subject: subjectOf(environment, account) });
}

/** Rights on kinds that have no namespace; the name says the environment, as several may share the cluster. */
function addClusterRights(chart: Chart, environment: Environment, account: Program): void {
  const rules = rulesOf(environment, account, 'cluster');
  addClusterRole(chart, {
    name: `${names[account]}-reviews-${environment.name}`,
    rules,
    subject: subjectOf(environment, account),
  });
}

interface ClusterRoleProps {
  readonly name: string;
  readonly rules: k8s.PolicyRule[];
  readonly subject: k8s.Subject;
}

function addClusterRole(chart: Chart, { name, rules, subject }: ClusterRoleProps): void {
  new k8s.KubeClusterRole(chart, `cluster-role-${name}`, { metadata: { name }, rules });
  new k8s.KubeClusterRoleBinding(chart, `cluster-binding-${name}`, {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [subject],
  });
}

const controlRole = { operator: `${names.operator}-leader-election`, receiver: `${names.receiver}-schemas` } as const;

function addControlRights(chart: Chart, environment: Environment, account: Program): void {
  const rules = rulesOf(environment, account, 'control');
  addRoles(chart, {
    name: controlRole[account],
    rules,
    subjectIn: () => subjectOf(environment, account),
    namespaces: [environment.namespaces.control],
  });
}

const functionRole = { operator: `${names.operator}-references`, receiver: `${names.receiver}-triggers` } as const;

/**
 * Rights that hold in function namespaces only. Where the operator watches every namespace they are a ClusterRole
 * without a binding of its own, so that one command admits another namespace (docs/operations/namespaces.md).
 */
function addFunctionRights(chart: Chart, environment: Environment, account: Program): void {
  const rules = rulesOf(environment, account, 'functions');
  const name = functionRole[account];
  const { functions } = environment.namespaces;
  if (environment.watch === 'listed') {
    addRoles(chart, { name, rules, subjectIn: () => subjectOf(environment, account), namespaces: functions });
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

function subjectOf({ namespaces }: Environment, account: Program | 'uploads' | 'alerts'): k8s.Subject {
  return { kind: 'ServiceAccount', name: names[account], namespace: namespaces.control };
}

/** What events of a Broker may command: functions of the Broker's namespace, as an account of that namespace. */
function addEventRights(chart: Chart, environment: Environment): void {
  const { namespaces } = environment;
  addRoles(chart, {
    name: names.events,
    rules: rulesOf(environment, 'events', 'own'),
    subjectIn: (namespace) => ({ kind: 'ServiceAccount', name: names.events, namespace }),
    namespaces: namespaces.functions,
  });
}

/** What Alertmanager may: tell of alerts where the Broker hears of them. No pod runs as its account. */
function addAlertRights(chart: Chart, environment: Environment): void {
  const { monitoring, namespaces } = environment;
  if (monitoring.alerts === 'none') return;
  new k8s.KubeServiceAccount(chart, 'account-alerts', {
    metadata: {
      name: names.alerts,
      namespace: namespaces.control,
      labels: componentLabels(names.alerts, 'lambda-receiver'),
    },
    automountServiceAccountToken: false,
  });
  addRoles(chart, {
    name: names.alerts,
    rules: rulesOf(environment, 'alerts', 'default'),
    subjectIn: () => subjectOf(environment, 'alerts'),
    namespaces: namespaces.functions.slice(0, 1),
  });
}

interface RolesProps {
  readonly name: string;
  readonly rules: k8s.PolicyRule[];
  readonly subjectIn: (namespace: string) => k8s.Subject;
  readonly namespaces: readonly string[];
}

/** The same Role, bound to an account, in each namespace. */
function addRoles(chart: Chart, { name, rules, subjectIn, namespaces }: RolesProps): void {
  for (const namespace of namespaces) {
    new k8s.KubeRole(chart, `role-${name}-${namespace}`, { metadata: { name, namespace }, rules });
    new k8s.KubeRoleBinding(chart, `binding-${name}-${namespace}`, {
      metadata: { name, namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [subjectIn(namespace)],
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
