import { describe, expect, test } from '@jest/globals';
import { type Changes, faultsAfter } from './trial.ts';

interface Case {
  readonly rule: string;
  readonly environment: string;
  readonly refused: Changes;
  readonly line: string;
  /** The nearest change that the rule accepts. */
  readonly passed: Changes;
}

const requests = (cpu: string, memory: string) => ({ cpu, memory });

const cases: readonly Case[] = [
  {
    rule: 'a cloud where a code store needs one',
    environment: 'pro',
    refused: { codeStore: { kind: 's3', bucket: 'code', prefix: '' } },
    line: 'pro.cloud: missing, allowed account, region and roles with an S3 code store, an ECR registry or external secrets; set them, or choose stores without a cloud',
    passed: { 'codeStore.bucket': 'code' },
  },
  {
    rule: 'a broker node where the broker is created',
    environment: 'pro',
    refused: { 'rabbitmq.node': undefined },
    line: 'pro.rabbitmq.node: got nothing with owned true, allowed exactly where the environment creates the RabbitmqCluster; change one of the two',
    passed: { 'rabbitmq.node.storage': '4Gi' },
  },
  {
    rule: 'no broker node where the broker is shared',
    environment: 'pro',
    refused: { 'rabbitmq.owned': false },
    line: 'pro.rabbitmq.node: got a node with owned false, allowed exactly where the environment creates the RabbitmqCluster; change one of the two',
    passed: { 'rabbitmq.owned': false, 'rabbitmq.node': undefined },
  },
  {
    rule: 'a user of its own at the broker',
    environment: 'pro',
    refused: { 'rabbitmq.user': 'guest' },
    line: 'pro.rabbitmq.user: got guest, whose password everybody knows, allowed a name of its own; rename it',
    passed: { 'rabbitmq.user': 'visitor' },
  },
  {
    rule: 'a cloud where a registry needs one',
    environment: 'pro',
    refused: {
      imageRegistry: { kind: 'ecr', operatorRepository: 'one', functionsRepository: 'two', untaggedDays: 1 },
    },
    line: 'pro.cloud: missing, allowed account, region and roles with an S3 code store, an ECR registry or external secrets; set them, or choose stores without a cloud',
    passed: { 'imageRegistry.functionsRepository': 'two' },
  },
  {
    rule: 'a cloud where secrets need one',
    environment: 'pro',
    refused: { secrets: { backend: 'external', prefix: 'pro' } },
    line: 'pro.cloud: missing, allowed account, region and roles with an S3 code store, an ECR registry or external secrets; set them, or choose stores without a cloud',
    passed: { secrets: { backend: 'sealed' } },
  },
  {
    rule: 'an issuer on a cluster that brings none',
    environment: 'studio',
    refused: { 'cloud.oidcIssuer': undefined },
    line: 'studio.cloud.oidcIssuer: missing, allowed the URL that publishes the signing keys of a kind cluster, which IAM must trust; set it',
    passed: { 'cloud.oidcIssuer': 'https://issuer.test' },
  },
  {
    rule: 'a login to ECR on a cluster whose nodes have none',
    environment: 'studio',
    refused: { secrets: { backend: 'sealed' } },
    line: 'studio.secrets.backend: got sealed with images in ECR on a kind cluster, allowed external, which keeps the login of its nodes fresh; change one of the two',
    passed: { secrets: { backend: 'external', prefix: 'studio' } },
  },
  {
    rule: 'a webhook of GitHub with Git only',
    environment: 'pro',
    refused: { 'delivery.repository': 'oci://ghcr.io/brunolucena/knative-lambda' },
    line: 'pro.delivery.repository: got an OCI repository with a webhook or commit statuses of GitHub, allowed with a Git repository only; remove delivery.webhookSecret and delivery.notifications.commitStatusSecret',
    passed: {
      'delivery.repository': 'oci://ghcr.io/brunolucena/knative-lambda',
      'delivery.webhookSecret': undefined,
    },
  },
  {
    rule: 'image automation in development only',
    environment: 'dev',
    refused: { role: 'production' },
    line: 'dev.delivery.imageAutomation: got one with role production, allowed in development only, where no release needs a decision; remove it',
    passed: { role: 'light-development' },
  },
  {
    rule: 'image updates on a branch of their own',
    environment: 'dev',
    refused: { 'delivery.imageAutomation.branch': 'main' },
    line: 'dev.delivery.imageAutomation.branch: got main, allowed a branch that nobody releases from; name another one',
    passed: { 'delivery.imageAutomation.branch': 'images' },
  },
  {
    rule: 'a source of its own for image updates',
    environment: 'dev',
    refused: { 'delivery.imageAutomation.source': 'homelab' },
    line: 'dev.delivery.imageAutomation.source: got homelab, which is the source that Flux delivers from, allowed a name of its own; change it',
    passed: { 'delivery.imageAutomation.source': 'project' },
  },
  {
    rule: 'a host where ports are published',
    environment: 'pro',
    refused: { 'cluster.host': undefined },
    line: 'pro.cluster.host: missing, allowed the machine that publishes cluster.hostPorts; name it, or remove the ports',
    passed: { 'cluster.host': undefined, 'cluster.hostPorts': undefined },
  },
  {
    rule: 'host ports that exist',
    environment: 'studio',
    refused: { 'cluster.hostPorts': { base: 65_000, count: 537 } },
    line: 'studio.cluster.hostPorts: got 537 ports from 65000 on, allowed up to port 65535; lower the base or the count',
    passed: { 'cluster.hostPorts': { base: 65_000, count: 536 } },
  },
  {
    rule: 'a canary on a Deployment only',
    environment: 'pro',
    refused: { 'rollout.canary': 'default', 'rollout.canaryReplicas': 1 },
    line: 'pro.rollout: got a canary or A/B routing, allowed only where receiver.form is deployment; turn both off, or change the form',
    passed: { 'rollout.blueGreen': 'manual' },
  },
  {
    rule: 'A/B routing on a Deployment only',
    environment: 'pro',
    refused: { 'rollout.abTesting': true },
    line: 'pro.rollout: got a canary or A/B routing, allowed only where receiver.form is deployment; turn both off, or change the form',
    passed: { 'rollout.abTesting': false },
  },
  {
    rule: 'canary pods with a canary',
    environment: 'staging',
    refused: { 'rollout.canaryReplicas': 0 },
    line: 'staging.rollout.canaryReplicas: got 0 with canary default, allowed 0 without and 1 or more with a canary; change one of the two',
    passed: { 'rollout.canaryReplicas': 1 },
  },
  {
    rule: 'no canary pods without a canary',
    environment: 'dev',
    refused: { 'rollout.canaryReplicas': 1 },
    line: 'dev.rollout.canaryReplicas: got 1 with canary none, allowed 0 without and 1 or more with a canary; change one of the two',
    passed: { 'rollout.canary': 'default', 'rollout.canaryReplicas': 1 },
  },
  {
    rule: 'a mesh that splits the requests of a canary',
    environment: 'studio',
    refused: { 'mesh.injected': false },
    line: 'studio.rollout.canary: got conservative without a mesh, allowed only where mesh.injected is true, because its proxies split the requests; turn one of the two',
    passed: {
      'mesh.injected': false,
      'rollout.canary': 'none',
      'rollout.canaryReplicas': 0,
      'rollout.abTesting': false,
    },
  },
  {
    rule: 'A/B routing in production only',
    environment: 'staging',
    refused: { 'rollout.abTesting': true },
    line: 'staging.rollout.abTesting: got true with canary default and role pre-production, allowed only beside a canary in production; turn it off',
    passed: { 'rollout.abTesting': true, role: 'production' },
  },
  {
    rule: 'A/B routing beside a canary only',
    environment: 'prd',
    refused: { 'rollout.abTesting': true, 'rollout.canary': 'none', 'rollout.canaryReplicas': 0 },
    line: 'prd.rollout.abTesting: got true with canary none and role production, allowed only beside a canary in production; turn it off',
    passed: { 'rollout.abTesting': true },
  },
  {
    rule: 'a controller pod that may be evicted',
    environment: 'prd',
    refused: { 'operator.minAvailable': 3 },
    line: 'prd.operator.minAvailable: got 3 of 3 pods, allowed fewer than the pods, else a node can never be drained; lower it or add pods',
    passed: { 'operator.minAvailable': 1 },
  },
  {
    rule: 'a receiver pod that may be evicted while the autoscaler holds its least',
    environment: 'prd',
    refused: { 'receiver.minAvailable': 3, 'receiver.replicas': 9 },
    line: 'prd.receiver.minAvailable: got 3 of 3 pods, allowed fewer than the pods, else a node can never be drained; lower it or add pods',
    passed: { 'receiver.minAvailable': 3, 'receiver.autoscaling.minReplicas': 4 },
  },
  {
    rule: 'a receiver pod that may be evicted without an autoscaler',
    environment: 'studio',
    refused: { 'receiver.minAvailable': 2 },
    line: 'studio.receiver.minAvailable: got 2 of 2 pods, allowed fewer than the pods, else a node can never be drained; lower it or add pods',
    passed: { 'receiver.minAvailable': 2, 'receiver.replicas': 3 },
  },
  ...['operator.resources', 'receiver.resources', 'builds.resources', 'capacity.podResources'].flatMap(limitCases),
];

function limitCases(path: string): readonly Case[] {
  const limits = { [`${path}.limits`]: requests('1', '1Gi') };
  const line = (excess: string): string =>
    `dev.${path}: got a request of ${excess}, allowed at most the limit; raise the limit or lower the request`;
  const passed = { ...limits, [`${path}.requests`]: requests('1000m', '1024Mi') };
  return [
    {
      rule: `a limit above the requests (${path})`,
      environment: 'dev',
      refused: { ...limits, [`${path}.requests`]: requests('1001m', '1025Mi') },
      line: line('CPU 1001m of 1 and memory 1025Mi of 1Gi'),
      passed,
    },
  ];
}

describe('a rule between settings', () => {
  test.each(cases)('fails with one line without $rule', ({ environment, refused, line }) => {
    expect(faultsAfter({ [environment]: refused })).toEqual([line]);
  });

  test.each(cases)('passes with $rule', ({ environment, passed }) => {
    expect(faultsAfter({ [environment]: passed })).toEqual([]);
  });

  test('fails on an environment that stands in for itself', () => {
    expect(faultsAfter({ dev: { replaces: 'dev' } })).toContain(
      'dev.replaces: got dev, allowed another environment; name that one, or remove the setting',
    );
    expect(faultsAfter({ dev: { replaces: 'staging' } })).toEqual([]);
  });
});
