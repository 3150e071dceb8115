import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { AgentDriver } from './agent-driver.ts';
import { eventually } from './eventually.ts';
import {
  agent,
  broker,
  brokerUrl,
  type FunctionCluster,
  type Place,
  service,
  withCondition,
} from './function-cluster.ts';

const chat = 'io.example.chat';
const image = { repository: 'ghcr.io/example/agent', tag: 'v1' };
const dedicated = { rabbitmq: {}, subscriptions: [{ eventType: chat }] };

const isReady = withCondition('Ready', 'True', 'Ready');

/** What is there of an agent beside its Service. */
const partsOf = (name: string): readonly Place[] => [
  { apiVersion: 'v1', kind: 'ServiceAccount', name: `${name}-agent` },
  broker(`${name}-broker`),
  { apiVersion: 'eventing.knative.dev/v1alpha1', kind: 'RabbitmqBrokerConfig', name: `${name}-broker-config` },
];

/** Agents that have a Broker each. @param clusterOf where an operator runs that was told so */
export function testAgents(clusterOf: () => FunctionCluster): void {
  describe('an agent', () => {
    const spec = { image, ai: { endpoint: 'http://ollama.example.com:11434', model: 'first' }, eventing: dedicated };

    test('waits for the address of its Broker, is told it, and is Ready when its Service is', async () => {
      const cluster = clusterOf();
      const driver = new AgentDriver(cluster);
      await cluster.applyAgent('bruno', spec);
      await cluster.until(agent('bruno'), withCondition('DeployReady', 'Unknown', 'BrokerAddressPending'));
      expect((await cluster.request('GET', service('bruno'))).status).toBe(404);
      await cluster.connect('bruno-broker');
      await cluster.serve('bruno');
      await driver.bind('bruno', 1);
      const told = await cluster.until(agent('bruno'), isReady);
      const brokerUrlOfAgent = brokerUrl('bruno-broker', cluster.namespace);
      expect(told.status).toMatchObject({
        phase: 'Ready',
        serviceStatus: { ready: true, latestRevision: 'bruno-00001' },
        eventingStatus: { brokerName: 'bruno-broker', brokerReady: true, brokerUrl: brokerUrlOfAgent, triggerCount: 1 },
      });
      expect((await driver.environment('bruno')).get('K_SINK')).toBe(brokerUrlOfAgent);
    });

    test('belongs to nobody else: all that it has names it as its owner', async () => {
      const cluster = clusterOf();
      const owner = { kind: 'LambdaAgent', name: 'bruno', controller: true };
      for (const { apiVersion, kind, name } of [service('bruno'), ...partsOf('bruno')]) {
        expect(await cluster.get(apiVersion, kind, name)).toMatchObject({ metadata: { ownerReferences: [owner] } });
      }
    });

    test('rolls out each change of its spec, once', async () => {
      const cluster = clusterOf();
      const changes: readonly object[] = [
        { ai: { ...spec.ai, model: 'second' } },
        { ai: { ...spec.ai, model: 'second', systemPrompt: 'Say “no” to $(everything).' } },
        { scaling: { minReplicas: 0 }, env: [{ name: 'AI_MODEL', value: 'third' }] },
      ];
      for (const [index, change] of changes.entries()) {
        await cluster.applyAgent('bruno', { ...spec, ...change });
        const generation = index + 2;
        await cluster.until(service('bruno'), hasGeneration(generation));
        await cluster.serve('bruno', `bruno-0000${generation}`);
        const revision = `revision bruno-0000${generation} serves`;
        await eventually(async () =>
          JSON.stringify((await cluster.until(agent('bruno'), isReady)).status).includes(revision),
        );
      }
      await cluster.until(service('bruno'), hasGeneration(changes.length + 1));
      expect((await new AgentDriver(cluster).environment('bruno')).get('AI_MODEL')).toBe('third');
    });

    test('sends on to the address that the Broker of another agent has', async () => {
      const cluster = clusterOf();
      const driver = new AgentDriver(cluster);
      const { namespace } = cluster;
      const forwards = [{ eventTypes: ['io.example.order'], targetAgent: 'helper', targetNamespace: namespace }];
      await cluster.applyAgent('bruno', { ...spec, eventing: { ...dedicated, forwards } });
      await cluster.until(agent('bruno'), withCondition('Eventing', 'False', 'ForwardTargetMissing'));
      await cluster.applyAgent('helper', { ...spec, eventing: { rabbitmq: {} } });
      await cluster.connect('helper-broker');
      await driver.bind('bruno', 2);
      await cluster.until(agent('bruno'), withCondition('Eventing', 'True', 'EventingReady'));
      expect((await driver.triggers('bruno')).map(({ spec: { subscriber } }) => subscriber.uri)).toContain(
        brokerUrl('helper-broker', namespace),
      );
    });

    test('rolls out a new value of the key that its model is asked with', async () => {
      const cluster = clusterOf();
      const ai = { provider: 'anthropic', model: 'first', apiKeySecretRef: { name: 'model-key', key: 'key' } };
      await applyKey(cluster, 'one', {});
      await cluster.applyAgent('keyed', { image, ai });
      await cluster.until(agent('keyed'), withCondition('SpecAccepted', 'False', 'SecretNotUsable'));
      await applyKey(cluster, 'one', usable);
      await cluster.until(service('keyed'), hasGeneration(1));
      await applyKey(cluster, 'two', usable);
      await cluster.until(service('keyed'), hasGeneration(2));
      const environment = await new AgentDriver(cluster).environment('keyed');
      expect(environment.get('AI_ENDPOINT')).toBe('https://api.anthropic.com');
    });

    test('rolls out a new version of the ConfigMap that has its instructions', async () => {
      const cluster = clusterOf();
      const ai = { ...spec.ai, systemPromptConfigMapRef: { name: 'prompts', key: 'bruno.txt' } };
      await cluster.applyAgent('prompted', { image, ai });
      const told = await cluster.until(agent('prompted'), withCondition('SpecAccepted', 'False', 'SecretMissing'));
      expect(JSON.stringify(told.status)).toContain('spec.ai.systemPromptConfigMapRef names ConfigMap prompts');
      await applyPrompt(cluster, 'You are Bruno.');
      await cluster.until(service('prompted'), hasGeneration(1));
      await applyPrompt(cluster, 'You are another.');
      await cluster.until(service('prompted'), hasGeneration(2));
    });

    test('may do at the API server what its tier allows, and nothing once it asks for none', async () => {
      const cluster = clusterOf();
      const { admin, namespace } = cluster;
      const may = async (verb: string, resource: string): Promise<boolean> => {
        const resourceAttributes = { namespace, verb, group: 'eventing.knative.dev', resource };
        const review = await admin.create({
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SubjectAccessReview',
          metadata: {},
          spec: { user: `system:serviceaccount:${namespace}:ranked-agent`, resourceAttributes },
        });
        return reviewed.parse(review.body).status.allowed;
      };
      await cluster.applyAgent('ranked', { image, permissions: { tier: 'viewer' } });
      await cluster.until(agent('ranked'), withCondition('Rights', 'True', 'RightsBound'));
      await eventually(async () => (await may('list', 'brokers')) || Promise.reject(new Error('not yet')));
      expect(await may('create', 'triggers')).toBe(false);
      const ranked = await cluster.until(service('ranked'), hasGeneration(1));
      expect(ranked).toMatchObject({ spec: { template: { spec: { automountServiceAccountToken: true } } } });

      await cluster.applyAgent('ranked', { image, permissions: { tier: 'admin' } });
      const told = await cluster.until(agent('ranked'), withCondition('Rights', 'False', 'TierNotAllowed'));
      expect(JSON.stringify(told.status)).toContain('allowed here restricted, viewer');
      await eventually(async () => !(await may('list', 'brokers')) || Promise.reject(new Error('still')));
    });

    test('fails where a function has its name', async () => {
      const cluster = clusterOf();
      await cluster.applyAgent('events', { image });
      const told = await cluster.until(agent('events'), withCondition('DeployReady', 'False', 'NameTaken'));
      expect(JSON.stringify(told.status)).toContain('LambdaFunction events');
    });

    test('takes the place of one that is gone and left its service behind', async () => {
      const cluster = clusterOf();
      const { admin, namespace } = cluster;
      // the garbage collector cannot look such an owner up, and leaves what it has alone
      const gone = { apiVersion: 'lambda.knative.io/v0', kind: 'LambdaAgent', name: 'heir', uid: randomUUID() };
      const metadata = { name: 'heir', namespace, ownerReferences: [{ ...gone, controller: true }] };
      const template = { spec: { containers: [{ image: 'ghcr.io/example/former:v1' }] } };
      const former = { apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata, spec: { template } };
      await admin.apply(former, { fieldManager: 'test', force: true });
      await cluster.applyAgent('heir', { image });
      const own = z.looseObject({
        kind: z.literal('LambdaAgent'),
        apiVersion: z.literal('lambda.knative.io/v1alpha1'),
      });
      const owned = z.looseObject({ metadata: z.looseObject({ ownerReferences: z.tuple([own]) }) });
      expect(await cluster.until(service('heir'), owned)).toBeDefined();
    });

    test('that is deleted leaves nothing behind', async () => {
      const cluster = clusterOf();
      const { admin, namespace } = cluster;
      await admin.remove({ ...agent('bruno'), namespace });
      for (const part of [agent('bruno'), service('bruno'), ...partsOf('bruno')]) await cluster.untilGone(part);
      await eventually(async () => {
        expect(await new AgentDriver(cluster).triggers('bruno')).toEqual([]);
      });
    });
  });
}

/** Agents that read the Broker of their namespace. @param clusterOf where an operator runs that was told so */
export function testAgentsOfSharedBroker(clusterOf: () => FunctionCluster): void {
  test('an agent reads the Broker of its namespace where its environment says so', async () => {
    const cluster = clusterOf();
    const driver = new AgentDriver(cluster);
    await cluster.connect('lambda-broker');
    await cluster.applyAgent('guest', { image, eventing: { subscriptions: [{ eventType: chat }] } });
    await cluster.serve('guest');
    await driver.bind('guest', 1);
    await cluster.until(agent('guest'), isReady);
    expect((await driver.environment('guest')).get('K_SINK')).toBe(brokerUrl('lambda-broker', cluster.namespace));
    expect(await driver.triggers('guest')).toMatchObject([
      {
        spec: {
          broker: 'lambda-broker',
          filter: { attributes: { type: chat } },
          subscriber: { ref: { name: 'guest' } },
        },
      },
    ]);
    expect((await cluster.request('GET', broker('guest-broker'))).status).toBe(404);
  });
}

const reviewed = z.looseObject({ status: z.looseObject({ allowed: z.boolean() }) });

const hasGeneration = (generation: number) =>
  z.looseObject({ metadata: z.looseObject({ generation: z.literal(generation) }) });

const usable = { 'lambda.knative.io/usable-by': 'functions' };

async function applyKey({ admin, namespace }: FunctionCluster, value: string, labels: object): Promise<void> {
  const metadata = { name: 'model-key', namespace, labels };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { key: value } };
  await admin.apply(secret, { fieldManager: 'author', force: true });
}

async function applyPrompt({ admin, namespace }: FunctionCluster, text: string): Promise<void> {
  const map = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'prompts', namespace },
    data: { 'bruno.txt': text },
  };
  await admin.apply(map, { fieldManager: 'author', force: true });
}
