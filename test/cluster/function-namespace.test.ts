import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { AgentDriver, publishedAgent } from './agent-driver.ts';
import { applyCrds, waitUntilServed } from './crd-installation.ts';
import { eventually } from './eventually.ts';
import { readForeignCrds } from './foreign-crds.ts';
import { agent, brokerUrl, FunctionCluster, lambda, service, withCondition } from './function-cluster.ts';
import type { OperatorProcess } from './operator-process.ts';

const definition = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({ group: z.string() }),
});
const eventingCrds = readForeignCrds().filter((crd) => definition.parse(crd).spec.group === 'eventing.knative.dev');
/** Of the published agent. */
const namespace = 'agent-bruno';

let cluster: FunctionCluster;
let operator: OperatorProcess;

beforeAll(async () => {
  cluster = await FunctionCluster.start('pro', { namespace });
  for (const crd of eventingCrds) {
    const { name } = definition.parse(crd).metadata;
    await cluster.admin.remove({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name });
  }
  operator = await cluster.startOperator();
});

afterAll(() => cluster.stop());

const spec = { source: { type: 'image', image: { repository: 'ghcr.io/example/hello', tag: 'v1' } } };

describe('a function in a namespace that the charts do not know, where the operator watches all', () => {
  test('is deployed although the cluster has no eventing, and says that no events arrive', async () => {
    await cluster.applyFunction('hello', spec);
    const told = await cluster.until(lambda('hello'), withCondition('ExposeReady', 'False', 'EventingNotInstalled'));
    expect(told.status.phase).toBe('Deploying');
    expect(await cluster.get('serving.knative.dev/v1', 'Service', 'hello')).toMatchObject({
      spec: { template: { spec: { serviceAccountName: 'knative-lambda-function' } } },
    });
  });

  test('runs as an account that the operator makes, which may do nothing', async () => {
    expect(await cluster.get('v1', 'ServiceAccount', 'knative-lambda-function')).toMatchObject({
      metadata: { labels: { 'lambda.knative.io/usable-by': 'functions' } },
      automountServiceAccountToken: false,
    });
  });

  test('can be deleted while the kinds of eventing are not there', async () => {
    await cluster.applyFunction('short', spec);
    await cluster.until(service('short'), z.looseObject({}));
    await cluster.admin.remove({ ...lambda('short'), namespace });
    await cluster.untilGone(service('short'));
  });

  test('gets a Broker of its namespace and its Triggers once the kinds are there', async () => {
    await applyCrds(cluster.admin, eventingCrds);
    await waitUntilServed(cluster.admin, eventingCrds);
    await cluster.until(lambda('hello'), withCondition('ExposeReady', 'Unknown', 'Exposing'));
    expect(await cluster.get('eventing.knative.dev/v1', 'Broker', 'lambda-broker')).toMatchObject({
      metadata: { annotations: { 'eventing.knative.dev/broker.class': 'RabbitMQBroker' } },
      spec: {
        config: { kind: 'RabbitmqBrokerConfig', name: 'lambda-broker-config', namespace },
        delivery: { deadLetterSink: { uri: '/dlq' } },
      },
    });
    expect(
      await cluster.get('eventing.knative.dev/v1alpha1', 'RabbitmqBrokerConfig', 'lambda-broker-config'),
    ).toMatchObject({
      spec: { rabbitmqClusterReference: { connectionSecret: { name: 'rabbitmq-credentials' } }, queueType: 'quorum' },
    });
  });

  test('leaves the Broker of the namespace alone when it goes', async () => {
    await cluster.admin.remove({ ...lambda('hello'), namespace });
    await cluster.untilGone(service('hello'));
    await eventually(async () => {
      const triggers = await cluster.admin.list({ apiVersion: 'eventing.knative.dev/v1', kind: 'Trigger', namespace });
      return triggers.length === 0;
    });
    await cluster.get('eventing.knative.dev/v1', 'Broker', 'lambda-broker');
  });
});

test('the published agent is Ready as it is, with a Broker of its own', async () => {
  await cluster.admin.apply(publishedAgent, { fieldManager: 'author' });
  await cluster.connect('agent-bruno-broker');
  await cluster.serve('agent-bruno');
  await new AgentDriver(cluster).bind('agent-bruno', 1);
  const told = await cluster.until(agent('agent-bruno'), withCondition('Ready', 'True', 'Ready'));
  expect(told.status).toMatchObject({
    eventingStatus: { brokerUrl: brokerUrl('agent-bruno-broker', namespace), triggerCount: 1 },
    aiStatus: { provider: 'ollama', activeModel: 'llama3.2:3b' },
  });
  expect(told.status.conditions.filter(({ type }) => type === 'SpecEffective')).toEqual([]);
  // nobody serves models here
  const unavailable = z.looseObject({ modelAvailable: z.literal(false), error: z.string() });
  await cluster.until(agent('agent-bruno'), z.looseObject({ status: z.looseObject({ aiStatus: unavailable }) }));
  expect(await operator.get('/metrics')).toContain(
    'knative_lambda_agent_model_available{agent="agent-bruno",agent_namespace="agent-bruno",provider="ollama",model="llama3.2:3b"} 0\n',
  );
});

test('never asks for what its account may not do', async () => {
  expect(Object.keys(await operator.requests()).filter((one) => one.endsWith(' 403'))).toEqual([]);
  expect(operator.lines.filter(({ level }) => level === 'error')).toEqual([]);
});
