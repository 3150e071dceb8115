import type { Environment } from './environment.ts';

type Group = readonly [Environment, ...Environment[]];

function groupBy(environments: readonly Environment[], keyOf: (environment: Environment) => string): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const environment of environments) {
    const key = keyOf(environment);
    const group = groups.get(key);
    groups.set(key, group === undefined ? [environment] : [...group, environment]);
  }
  return [...groups.values()];
}

function namesOf(environments: readonly Environment[]): string {
  return environments.map(({ name }) => name).join(', ');
}

function replacementFaults(environments: readonly Environment[]): readonly string[] {
  return environments.flatMap(({ name, replaces }) => {
    const others = environments.filter((other) => other.name !== name);
    return replaces === undefined || others.some((other) => other.name === replaces)
      ? []
      : [`${name}.replaces: got ${replaces}, allowed ${namesOf(others)}; name one of them in stacks/${name}.ts`];
  });
}

function ownerFaults(group: Group): readonly string[] {
  const [{ name, cluster }] = group;
  return group.some((environment) => environment.cluster.owner)
    ? []
    : [
        `${name}.cluster.owner: got false, as all of cluster ${cluster.name} have (${namesOf(group)}), allowed one owner; set it to true in one of their files`,
      ];
}

function watchFaults(group: Group): readonly string[] {
  return group.flatMap((environment) => {
    const others = group.filter((other) => other !== environment);
    return environment.watch === 'all' && others.length > 0
      ? [
          `${environment.name}.watch: got all, allowed listed on cluster ${environment.cluster.name}, shared with ${namesOf(others)}; change it in stacks/${environment.name}.ts`,
        ]
      : [];
  });
}

/** A setting that describes something shared, so that all who share it must say the same. */
interface SharedFact {
  readonly path: string;
  readonly valueOf: (environment: Environment) => unknown;
}

const clusterFacts: readonly SharedFact[] = [
  { path: 'cluster.context', valueOf: ({ cluster }) => cluster.context },
  { path: 'cluster.distribution', valueOf: ({ cluster }) => cluster.distribution },
  { path: 'cluster.nodes', valueOf: ({ cluster }) => cluster.nodes },
  { path: 'cluster.host', valueOf: ({ cluster }) => cluster.host },
  { path: 'cluster.nodeCidrs', valueOf: ({ cluster }) => cluster.nodeCidrs },
  { path: 'cluster.apiServer', valueOf: ({ cluster }) => cluster.apiServer },
  { path: 'cloud.endpoints', valueOf: ({ cloud }) => cloud?.endpoints },
  { path: 'capacity.retainedRevisions', valueOf: ({ capacity }) => capacity.retainedRevisions },
  { path: 'knative', valueOf: ({ knative }) => knative },
  { path: 'delivery.flux', valueOf: ({ delivery }) => delivery.flux },
  { path: 'delivery.mode', valueOf: ({ delivery }) => delivery.mode },
  { path: 'delivery.repository', valueOf: ({ delivery }) => delivery.repository },
  { path: 'delivery.source', valueOf: ({ delivery }) => delivery.source },
  { path: 'delivery.branch', valueOf: ({ delivery }) => delivery.branch },
  { path: 'delivery.credentialsSecret', valueOf: ({ delivery }) => delivery.credentialsSecret },
  { path: 'delivery.webhookSecret', valueOf: ({ delivery }) => delivery.webhookSecret },
  { path: 'delivery.notifications', valueOf: ({ delivery }) => delivery.notifications },
  { path: 'delivery.path', valueOf: ({ delivery }) => delivery.path },
];

const brokerFacts: readonly SharedFact[] = [
  { path: 'rabbitmq.cluster', valueOf: ({ rabbitmq }) => rabbitmq.cluster },
  { path: 'rabbitmq.namespace', valueOf: ({ rabbitmq }) => rabbitmq.namespace },
  { path: 'rabbitmq.replicas', valueOf: ({ rabbitmq }) => rabbitmq.replicas },
];

function disagreements([first, ...others]: Group, what: string, facts: readonly SharedFact[]): readonly string[] {
  return others.flatMap((other) =>
    facts
      .filter(({ valueOf }) => JSON.stringify(valueOf(first)) !== JSON.stringify(valueOf(other)))
      .map(
        ({ path }) =>
          `${other.name}.${path}: got another value than ${first.name} gives for the same ${what}, allowed one value; change it in stacks/${other.name}.ts or stacks/${first.name}.ts`,
      ),
  );
}

/** Dashboards are applied to all clusters as they are, so they lie in the same namespace everywhere. */
const fleetFacts: readonly SharedFact[] = [
  { path: 'monitoring.namespace', valueOf: ({ monitoring }) => monitoring.namespace },
];

/** Faults between environments that name each other or share a cluster or broker, one line each; needs all of them. */
export function relationFaults(environments: readonly Environment[]): readonly string[] {
  const clusters = groupBy(environments, ({ cluster }) => cluster.name);
  const brokers = groupBy(environments, ({ cluster, rabbitmq }) => `${cluster.name} ${rabbitmq.host}`);
  return [
    ...replacementFaults(environments),
    ...clusters.flatMap((group) => [
      ...ownerFaults(group),
      ...watchFaults(group),
      ...disagreements(group, `cluster ${group[0].cluster.name}`, clusterFacts),
    ]),
    ...groupBy(environments, () => '').flatMap((group) => disagreements(group, 'dashboards', fleetFacts)),
    ...brokers.flatMap((group) => disagreements(group, `broker ${group[0].rabbitmq.host}`, brokerFacts)),
  ];
}
