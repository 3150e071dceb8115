import { describe, expect, test } from '@jest/globals';
import { findEnvironment, readEnvironments } from './index.ts';
import { faultsAfter } from './trial.ts';

/** What dev takes of staging's, and what a line calls it. */
const shared: readonly (readonly [string, unknown, string, string])[] = [
  ['namespaces.control', 'knative-lambda-dev', 'namespace knative-lambda-dev', 'cluster tiers'],
  ['namespaces.functions', ['knative-lambda-dev-functions'], 'namespace knative-lambda-dev-functions', 'cluster tiers'],
  ['namespaces.functions', ['knative-lambda-dev'], 'namespace knative-lambda-dev', 'cluster tiers'],
  ['delivery.kustomization', 'knative-lambda-dev', 'Kustomization knative-lambda-dev', 'cluster tiers'],
  [
    'rabbitmq.vhost',
    '/knative-lambda-dev',
    'vhost /knative-lambda-dev',
    'broker rabbitmq.rabbitmq-system.svc.cluster.local of cluster tiers',
  ],
  [
    'rabbitmq.queues.builds',
    'build-events-dev',
    'queue build-events-dev',
    'broker rabbitmq.rabbitmq-system.svc.cluster.local of cluster tiers',
  ],
  [
    'rabbitmq.queues.results',
    'build-events-dev',
    'queue build-events-dev',
    'broker rabbitmq.rabbitmq-system.svc.cluster.local of cluster tiers',
  ],
  [
    'codeStore.bucket',
    'knative-lambda-fusion-code-dev',
    'bucket knative-lambda-fusion-code-dev',
    'account 339954290315',
  ],
  ['cloud.roles.builder', 'knative-lambda-builder-dev', 'role knative-lambda-builder-dev', 'account 339954290315'],
  ['cloud.roles.secrets', 'knative-lambda-builder-dev', 'role knative-lambda-builder-dev', 'account 339954290315'],
  [
    'imageRegistry.functionsRepository',
    'knative-lambdas-dev',
    'repository knative-lambdas-dev',
    'account 339954290315',
  ],
  [
    'imageRegistry.operatorRepository',
    'knative-lambda-builder-dev',
    'repository knative-lambda-builder-dev',
    'account 339954290315',
  ],
  ['secrets.prefix', 'knative-lambda/dev', 'secrets under knative-lambda/dev', 'account 339954290315'],
  [
    'receiver.ingress.host',
    'builder.dev.knative-lambda.homelab',
    'host name builder.dev.knative-lambda.homelab',
    'public DNS',
  ],
];

describe('two environments', () => {
  test.each(shared)('fail with one line when they share %s %j', (path, value, resource, scope) => {
    expect(faultsAfter({ staging: { [path]: value } })).toEqual([
      `staging.${path}: got ${resource}, which dev holds in ${scope}, allowed one holder; change it in stacks/staging.ts`,
    ]);
  });

  test('fail with one line when they share host ports, however many', () => {
    expect(
      faultsAfter({ studio: { 'cluster.hostPorts.base': 31_999 }, 'pro-1-node': { 'cluster.hostPorts': undefined } }),
    ).toEqual([
      'studio.cluster.hostPorts: got 31999-32998, of which pro holds 31000-31999 on host homelab, allowed ports that are free; change the base in stacks/studio.ts',
    ]);
  });

  test('fail with one line when both create the broker that they share', () => {
    const node = findEnvironment(readEnvironments(), 'pro').rabbitmq.node;
    const owned = { 'rabbitmq.owned': true, 'rabbitmq.node': node };
    expect(faultsAfter({ dev: owned, prd: owned })).toEqual([
      'prd.rabbitmq.owned: got RabbitmqCluster rabbitmq-system/rabbitmq, which dev holds in cluster tiers, allowed one holder; change it in stacks/prd.ts',
    ]);
  });

  test('fail when both publish functions under the same host names', () => {
    const functionsIngress = { exposure: 'public', domain: 'homelab', ingressClass: 'nginx', clusterIssuer: 'letters' };
    expect(faultsAfter({ pro: { functionsIngress }, 'pro-1-node': { functionsIngress } })).toEqual([
      'pro-1-node.functionsIngress.domain: got host name *.knative-lambda.homelab, which pro holds in public DNS, allowed one holder; change it in stacks/pro-1-node.ts',
    ]);
  });

  test('fail when they have one name', () => {
    expect(faultsAfter({ staging: { name: 'dev' } })).toContain(
      'dev.name: got folder dev, which dev holds in manifests/, allowed one holder; change it in stacks/dev.ts',
    );
  });

  test('fail on host ports that two stand-ins of a third share', () => {
    const ports = { 'cluster.host': 'homelab', 'cluster.hostPorts': { base: 31_000, count: 1 } };
    expect(
      faultsAfter({
        dev: { replaces: 'pro', ...ports },
        staging: { 'cluster.host': 'homelab' },
        prd: { 'cluster.host': 'homelab' },
      }),
    ).toEqual([
      'pro-1-node.cluster.hostPorts: got 31000-31999, of which dev holds 31000-31000 on host homelab, allowed ports that are free; change the base in stacks/pro-1-node.ts',
    ]);
  });
});

describe('one environment', () => {
  test.each([
    ['two queues', { 'rabbitmq.queues.results': 'build-events-dev' }, 'dev.rabbitmq.queues.results'],
    ['two roles', { 'cloud.roles.receiver': 'knative-lambda-operator-dev' }, 'dev.cloud.roles.receiver'],
    [
      'two repositories',
      { 'imageRegistry.functionsRepository': 'knative-lambda-builder-dev' },
      'dev.imageRegistry.functionsRepository',
    ],
    ['two function namespaces', { 'namespaces.functions': ['one', 'one'] }, 'dev.namespaces.functions'],
  ])('fails with one line when %s of it are the same', (_kind, changes, path) => {
    expect(faultsAfter({ dev: changes }).map((line) => line.split(':')[0])).toEqual([path]);
  });
});

test('fails where two environments would publish functions under the same host names', () => {
  const functionsIngress = { exposure: 'public', domain: 'homelab', ingressClass: 'nginx', clusterIssuer: 'letters' };
  expect(faultsAfter({ pro: { functionsIngress }, 'pro-1-node': { functionsIngress } })).toContain(
    'pro-1-node.functionsIngress.domain: got host name *.knative-lambda.homelab, which pro holds in public DNS, allowed one holder; change it in stacks/pro-1-node.ts',
  );
});
