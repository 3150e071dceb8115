import { describe, expect, test } from '@jest/globals';
import { findEnvironment, readEnvironments, readReleases } from '../../stacks/index.ts';
import { synthesizeEnvironment } from '../synth.ts';
import { parseManifest } from './manifest.ts';
import { measureNamespace, totalOf } from './measure.ts';

const environments = readEnvironments();
const inputs = { releases: readReleases(), sealedSecrets: new Map() };

function needsOf(name: string, pick: 'control' | 'functions') {
  const environment = findEnvironment(environments, name);
  const { files } = synthesizeEnvironment(environment, inputs);
  const manifests = files.flatMap((file) => file.manifests);
  const namespace = pick === 'control' ? environment.namespaces.control : (environment.namespaces.functions[0] ?? '');
  return measureNamespace(environment, manifests, namespace);
}

const mebi = 1024 ** 2;

/** Name, pods and Services of each need of the receiver. */
const receivers = (name: string) =>
  needsOf(name, 'control').flatMap(({ source, pods, services }) =>
    /knative-lambda-(builder|receiver)/.test(source) ? [[source.split('/')[1]?.split(' ')[0], pods, services]] : [],
  );

describe('the need of a namespace', () => {
  test('counts the autoscaler at its maximum and one pod more while rolling', () => {
    const receiver = needsOf('prd', 'control').find(({ source }) =>
      source.includes('knative-lambda-builder-primary ('),
    );
    expect(receiver).toMatchObject({ pods: 11 });
  });

  test('adds the mesh proxy, which reserves its limit where no request is set', () => {
    const operator = needsOf('prd', 'control').find(({ source }) => source.includes('knative-lambda-operator ('));
    // 100m and 256Mi of the operator, 100m and 128Mi of the proxy
    expect(operator?.perPod).toMatchObject({ cpuRequest: 200, memoryRequest: 384 * mebi, cpuLimit: 600 });
    const cheap = needsOf('dev', 'control').find(({ source }) => source.includes('knative-lambda-operator ('));
    expect(cheap?.perPod.cpuRequest).toBe(101);
  });

  test('counts the canary without a surge, the primary and the Services that Flagger makes where a canary is on', () => {
    expect(receivers('staging')).toEqual([
      ['knative-lambda-builder', 2, 0],
      ['knative-lambda-builder-primary', 6, 0],
      ['knative-lambda-builder', 0, 1],
      ['knative-lambda-receiver', 0, 1],
      ['knative-lambda-receiver-primary', 0, 1],
      ['knative-lambda-receiver-canary', 0, 1],
    ]);
    expect(receivers('dev')).toEqual([
      ['knative-lambda-builder', 2, 0],
      ['knative-lambda-builder', 0, 1],
    ]);
  });

  test('counts the builds at their cap, without a proxy', () => {
    expect(needsOf('prd', 'functions').find(({ source }) => source === 'builds')).toMatchObject({
      pods: 20,
      perPod: { cpuRequest: 500, cpuLimit: 2000, memoryRequest: 1024 * mebi, memoryLimit: 4096 * mebi },
    });
  });

  test('counts the Services that Knative makes for a route and its revisions', () => {
    // 20 functions and 5 agents with 3 retained revisions: 1 + 2 x 4 each, and one for the metrics of an agent
    const [functions] = needsOf('dev', 'functions');
    expect(functions?.services).toBe(25 * 9 + 5);
  });

  test('counts a dispatcher for each trigger and each dead-letter queue, and one ingress for each broker', () => {
    const total = totalOf(needsOf('dev', 'functions').filter(({ source }) => source.includes('of agents')));
    // 5 agents with a broker each, 2 subscriptions and a dead-letter queue each
    expect(total).toMatchObject({ pods: 5 + 15, services: 5 });
  });

  test('counts the broker that the environment owns, with a claim a node', () => {
    expect(totalOf(needsOf('studio', 'control')).claims).toBe(3);
    expect(totalOf(needsOf('prd', 'control')).claims).toBe(0);
  });

  test('counts a Knative Service at its maximum scale, with its queue-proxy and Services', () => {
    const receiver = needsOf('pro', 'control').find(({ source }) => source.includes('lambda-command-receiver'));
    expect(receiver).toMatchObject({ pods: 21, services: 7, perPod: { cpuRequest: 50 + 25 + 1 } });
  });

  test('reads a surge in percent as Kubernetes does, rounded up', () => {
    const environment = findEnvironment(environments, 'dev');
    const deployment = parseManifest({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'x', namespace: environment.namespaces.control },
      spec: { replicas: 3, template: { spec: { containers: [{ name: 'x', image: 'x:1' }] } } },
    });
    const [need] = measureNamespace(environment, [deployment], environment.namespaces.control);
    expect(need?.pods).toBe(4);
  });
});
