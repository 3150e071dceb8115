import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type Environment, findEnvironment, readEnvironments } from './index.ts';
import { type Changes, faultsAfter, valueAt } from './trial.ts';

const environments = readEnvironments();

/** All that the design keeps apart, named with its scope: written down again so that a lost claim is seen. */
function holdings(environment: Environment): readonly string[] {
  const { cloud, cluster, codeStore, imageRegistry, namespaces, rabbitmq, secrets } = environment;
  const inCluster = (what: string): string => `cluster ${cluster.name}: ${what}`;
  const inBroker = (what: string): string => inCluster(`broker ${rabbitmq.host}: ${what}`);
  const inAccount = (what: string): string => `account ${cloud?.account}: ${what}`;
  return [
    ...new Set([namespaces.control, ...namespaces.functions].map((name) => inCluster(`namespace ${name}`))),
    inCluster(`lease in ${namespaces.control}`),
    inBroker(`vhost ${rabbitmq.vhost}`),
    inBroker(`user ${rabbitmq.user}`),
    ...Object.values(rabbitmq.queues).map((queue) => inBroker(`queue ${queue}`)),
    ...(codeStore.kind === 's3' ? [inAccount(`bucket ${codeStore.bucket}`)] : []),
    ...(imageRegistry.kind === 'ecr'
      ? [imageRegistry.operatorRepository, imageRegistry.functionsRepository].map((name) =>
          inAccount(`repository ${name}`),
        )
      : []),
    ...Object.values(cloud?.roles ?? {}).map((role) => inAccount(`role ${role}`)),
    ...(secrets.backend === 'external' ? [inAccount(`secrets ${secrets.prefix}`)] : []),
  ];
}

function hostPortsOf({ cluster: { host, hostPorts } }: Environment): readonly string[] {
  return Array.from({ length: hostPorts?.count ?? 0 }, (_, offset) => `${host}:${(hostPorts?.base ?? 0) + offset}`);
}

function areAlternatives(one: Environment, other: Environment): boolean {
  return one.replaces === other.name || other.replaces === one.name;
}

const names = environments.map(({ name }) => name);

/** By name, so that a counterexample stays readable. */
const pairs = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)).filter(([one, other]) => one !== other);

const named = (name: string): Environment => findEnvironment(environments, name);

const inCommon = (one: readonly string[], other: readonly string[]): readonly string[] => {
  const held = new Set(one);
  return other.filter((what) => held.has(what));
};

describe('any two environments of the table', () => {
  test('hold nothing in common within the scope of each thing', () => {
    fc.assert(
      fc.property(pairs, ([one, other]) => {
        expect(inCommon(holdings(named(one)), holdings(named(other)))).toEqual([]);
      }),
    );
  });

  test('hold a host port in common only where one replaces the other', () => {
    fc.assert(
      fc.property(pairs, ([one, other]) => {
        const common = inCommon(hostPortsOf(named(one)), hostPortsOf(named(other)));
        expect(common.length > 0).toBe(areAlternatives(named(one), named(other)));
      }),
    );
  });
});

/** A setting that claims something, with the settings that name the scope of the claim. */
interface Claimable {
  readonly path: string;
  readonly scope: readonly string[];
  /** What a line calls it, before its name. */
  readonly noun: string;
}

const claimables: readonly Claimable[] = [
  { path: 'namespaces.control', scope: ['cluster'], noun: 'namespace' },
  { path: 'namespaces.functions', scope: ['cluster'], noun: 'namespace' },
  { path: 'delivery.kustomization', scope: ['cluster'], noun: 'Kustomization' },
  { path: 'rabbitmq.vhost', scope: ['cluster', 'rabbitmq.host'], noun: 'vhost' },
  { path: 'rabbitmq.user', scope: ['cluster', 'rabbitmq.host'], noun: 'user' },
  ...['builds', 'services', 'results', 'deadLetters'].map((use) => ({
    path: `rabbitmq.queues.${use}`,
    scope: ['cluster', 'rabbitmq.host'],
    noun: 'queue',
  })),
  ...['operator', 'receiver', 'builder', 'secrets'].map((use) => ({
    path: `cloud.roles.${use}`,
    scope: ['cloud'],
    noun: 'role',
  })),
  ...['operatorRepository', 'functionsRepository'].map((use) => ({
    path: `imageRegistry.${use}`,
    scope: ['cluster', 'cloud', 'imageRegistry'],
    noun: 'repository',
  })),
  { path: 'codeStore.bucket', scope: ['cluster', 'cloud', 'codeStore'], noun: 'bucket' },
  { path: 'secrets.prefix', scope: ['cloud', 'secrets'], noun: 'secrets under' },
  { path: 'receiver.ingress.host', scope: ['receiver'], noun: 'host name' },
  { path: 'delivery.imageAutomation.branch', scope: ['delivery.imageAutomation'], noun: 'branch' },
];

/** The image of the operator may be pulled from one plain registry by many. */
function isClaimed(giver: Environment, path: string): boolean {
  const isShareable = path === 'imageRegistry.operatorRepository' && giver.imageRegistry.kind === 'registry';
  return valueAt(giver, path) !== undefined && !isShareable;
}

function copied(giver: Environment, paths: readonly string[]): Changes {
  return Object.fromEntries(paths.map((path) => [path, valueAt(giver, path)]));
}

function inOrder(one: string, other: string): readonly [string, string] {
  return names.indexOf(one) < names.indexOf(other) ? [one, other] : [other, one];
}

describe('an environment that is given something of another one', () => {
  const grabs = fc
    .tuple(pairs, fc.constantFrom(...claimables))
    .filter(([[giver], { path }]) => isClaimed(named(giver), path));

  test('fails with a line that names both', () => {
    fc.assert(
      fc.property(grabs, ([[giver, taker], { path, scope, noun }]) => {
        const lines = faultsAfter({ [taker]: copied(named(giver), [...scope, path]) });
        const [holder, refused] = inOrder(giver, taker);
        const middle = `: got ${noun} ${String(valueAt(named(giver), path))}, which ${holder} holds in `;
        const naming = lines.filter((line) => line.startsWith(`${refused}.`) && line.includes(middle));
        expect(naming).toHaveLength(1);
      }),
      { numRuns: 300 },
    );
  });

  const portGrabs = pairs.filter(([giver]) => named(giver).cluster.hostPorts !== undefined);

  test('fails with a line that names both when it is given host ports, unless one replaces the other', () => {
    fc.assert(
      fc.property(portGrabs, ([giver, taker]) => {
        const lines = faultsAfter({ [taker]: copied(named(giver), ['cluster.host', 'cluster.hostPorts']) });
        const [holder, refused] = inOrder(giver, taker);
        const naming = lines.filter(
          (line) => line.startsWith(`${refused}.cluster.hostPorts: `) && line.includes(` of which ${holder} holds `),
        );
        expect(naming).toHaveLength(areAlternatives(named(giver), named(taker)) ? 0 : 1);
      }),
    );
  });

  test('fails exactly when the ranges of host ports overlap', () => {
    const range = fc.record({
      base: fc.integer({ min: 30_000, max: 40_000 }),
      count: fc.integer({ min: 1, max: 2768 }),
    });
    fc.assert(
      fc.property(range, range, (one, other) => {
        const ports = { 'cluster.host': 'machine', 'cluster.hostPorts': one };
        const lines = faultsAfter({
          pro: { 'cluster.host': 'machine', 'cluster.hostPorts': other },
          studio: ports,
        });
        const overlap = one.base < other.base + other.count && other.base < one.base + one.count;
        expect(lines).toHaveLength(overlap ? 1 : 0);
      }),
    );
  });
});
