import { describe, expect, test } from '@jest/globals';
import { readEnvironments } from './index.ts';
import { altered, type Changes, faultsAfter, faultsOf } from './trial.ts';

const environments = readEnvironments();

const disagreements: readonly (readonly [string, unknown, string])[] = [
  ['cluster.context', 'other', 'cluster tiers'],
  ['cluster.distribution', 'kind', 'cluster tiers'],
  ['cluster.nodes', 3, 'cluster tiers'],
  ['cluster.host', 'machine', 'cluster tiers'],
  ['cluster.nodeCidrs', ['10.1.0.0/16'], 'cluster tiers'],
  ['cluster.apiServer.ports', [6443], 'cluster tiers'],
  ['capacity.retainedRevisions', 5, 'cluster tiers'],
  ['knative', { version: '1.20', maxCallSeconds: 900, skipTagResolving: [] }, 'cluster tiers'],
  ['delivery.webhookSecret', 'other', 'cluster tiers'],
  ['delivery.notifications', undefined, 'cluster tiers'],
  ['delivery.credentialsSecret', 'other', 'cluster tiers'],
  ['rabbitmq.cluster', 'other', 'broker rabbitmq.rabbitmq-system.svc.cluster.local'],
  ['rabbitmq.namespace', 'other', 'broker rabbitmq.rabbitmq-system.svc.cluster.local'],
  ['rabbitmq.replicas', 1, 'broker rabbitmq.rabbitmq-system.svc.cluster.local'],
];

/** An issuer, because a cluster that is not EKS needs one. */
const issuer: Changes = { 'cloud.oidcIssuer': 'https://issuer.test' };

describe('environments that share a cluster or broker', () => {
  test.each(disagreements)('fail with one line when they describe %s differently', (path, value, what) => {
    const fact = path === 'cluster.apiServer.ports' ? 'cluster.apiServer' : path;
    expect(faultsAfter({ staging: { ...issuer, [path]: value } })).toEqual([
      `staging.${fact}: got another value than dev gives for the same ${what}, allowed one value; change it in stacks/staging.ts or stacks/dev.ts`,
    ]);
  });

  test.each(disagreements)('pass when all describe %s alike', (path, value) => {
    const change = { ...issuer, [path]: value };
    expect(faultsAfter({ dev: change, staging: change, prd: change })).toEqual([]);
  });

  test('fail without an owner of the cluster', () => {
    expect(faultsAfter({ prd: { 'cluster.owner': false } })).toEqual([
      'dev.cluster.owner: got false, as all of cluster tiers have (dev, staging, prd), allowed one owner; set it to true in one of their files',
    ]);
  });

  test('fail with two owners of the cluster', () => {
    expect(faultsAfter({ dev: { 'cluster.owner': true } })).toEqual([
      'prd.cluster.owner: got ownership of the cluster, which dev holds in cluster tiers, allowed one holder; change it in stacks/prd.ts',
    ]);
  });

  test('fail when one of them watches the namespaces of the others', () => {
    expect(faultsAfter({ prd: { watch: 'all' } })).toEqual([
      'prd.watch: got all, allowed listed on cluster tiers, shared with dev, staging; change it in stacks/prd.ts',
    ]);
  });
});

describe('an environment alone on its cluster', () => {
  test('may watch all namespaces', () => {
    const alone = environments.filter(({ name }) => name === 'prd').map((prd) => altered(prd, { watch: 'all' }));
    expect(faultsOf(alone)).toEqual([]);
  });
});

describe('environments that show the same dashboards', () => {
  test('fail with one line when they name different namespaces of monitoring', () => {
    expect(faultsAfter({ studio: { 'monitoring.namespace': 'monitoring' } })).toEqual([
      'studio.monitoring.namespace: got another value than dev gives for the same dashboards, allowed one value; change it in stacks/studio.ts or stacks/dev.ts',
    ]);
  });
});

describe('an environment that replaces another', () => {
  test('is a one-node variant of it in the table', () => {
    const replacing = environments.filter(({ replaces }) => replaces !== undefined);
    expect(replacing.map(({ name, replaces, cluster }) => [name, replaces, cluster.nodes])).toEqual([
      ['pro-1-node', 'pro', 1],
      ['studio-1-node', 'studio', 1],
    ]);
  });

  test('fails when the other does not exist', () => {
    expect(faultsAfter({ dev: { replaces: 'qa' } })).toEqual([
      'dev.replaces: got qa, allowed staging, prd, pro, pro-1-node, studio, studio-1-node; name one of them in stacks/dev.ts',
    ]);
  });
});
