import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type Environment, findEnvironment, readEnvironments, readReleases } from '../stacks/index.ts';
import { type Manifest, ofKind } from './proof/manifest.ts';
import { synthesizeEnvironment } from './synth.ts';
import { allNamespaces } from './workloads.ts';

const environments = readEnvironments();
const inputs = { releases: readReleases(), sealedSecrets: new Map() };

function objectsOf(environment: Environment): readonly Manifest[] {
  return synthesizeEnvironment(environment, inputs).files.flatMap((file) => file.manifests);
}

const table = environments.map((environment) => ({ name: environment.name, environment }));

const reference = z.looseObject({
  spec: z.looseObject({ rabbitmqClusterReference: z.looseObject({ name: z.string().optional() }) }),
});

/** Kinds of the topology operator that an environment declares as administrator of the broker. */
function asAdministrator(objects: readonly Manifest[]): readonly string[] {
  return objects
    .filter(({ apiVersion, kind }) => apiVersion.startsWith('rabbitmq.com/') && kind !== 'RabbitmqCluster')
    .filter((one) => reference.parse(one).spec.rabbitmqClusterReference.name !== undefined)
    .map(({ kind }) => kind);
}

describe.each(table)('the event broker of $name', ({ environment }) => {
  const objects = objectsOf(environment);

  test('has one Broker in each namespace, which tries five times and then hands over to the receiver', () => {
    const brokers = ofKind(objects, 'Broker');
    expect(brokers.map(({ metadata }) => metadata.namespace)).toEqual(allNamespaces(environment));
    for (const broker of brokers) {
      expect(broker).toMatchObject({
        spec: {
          delivery: {
            retry: 5,
            backoffPolicy: 'exponential',
            backoffDelay: 'PT1S',
            deadLetterSink: { ref: { kind: 'Service', namespace: environment.namespaces.control }, uri: '/dlq' },
          },
        },
      });
    }
  });

  test('is reached by a user of its own, and by the administrator only for what a user may not do', () => {
    const allowed = new Set(['Vhost', 'User', 'Permission', 'OperatorPolicy']);
    expect(asAdministrator(objects).filter((kind) => !allowed.has(kind))).toEqual([]);
    for (const config of ofKind(objects, 'RabbitmqBrokerConfig')) {
      expect(config).toMatchObject({
        spec: { rabbitmqClusterReference: { connectionSecret: { name: 'rabbitmq-credentials' } }, queueType: 'quorum' },
      });
    }
  });

  test('creates broker nodes exactly where the environment owns them', () => {
    const nodes = ofKind(objects, 'RabbitmqCluster').map(({ metadata }) => metadata.name);
    expect(nodes).toEqual(environment.rabbitmq.owned ? [environment.rabbitmq.cluster] : []);
  });
});

test('an environment that shares its broker lets function namespaces in by the Secret, never as administrator', () => {
  const dev = findEnvironment(environments, 'dev');
  const secret = ofKind(objectsOf(dev), 'ExternalSecret').find(
    ({ metadata }) => metadata.name === 'rabbitmq-credentials',
  );
  expect(secret).toMatchObject({
    spec: {
      refreshPolicy: 'CreatedOnce',
      target: {
        template: {
          metadata: { annotations: { 'rabbitmq.com/topology-allowed-namespaces': 'knative-lambda-dev-functions' } },
          data: { username: 'knative-lambda-dev', uri: 'rabbitmq.rabbitmq-system.svc.cluster.local:15672' },
        },
      },
    },
  });
});
