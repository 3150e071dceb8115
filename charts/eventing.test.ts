import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type Environment, findEnvironment, readEnvironments, readReleases } from '../stacks/index.ts';
import { type Manifest, ofKind } from './proof/manifest.ts';
import { requiredSecrets } from './required-secrets.ts';
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

const entryPath = z.looseObject({ path: z.string(), pathType: z.string() });
const entrySchema = z.looseObject({
  spec: z.looseObject({ rules: z.array(z.looseObject({ http: z.looseObject({ paths: z.array(entryPath) }) })) }),
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

  test('hands dead letters over inside the cluster only: no entry from outside leads to them', () => {
    const entries = ofKind(objects, 'Ingress').filter(({ metadata }) => metadata.name === 'knative-lambda-builder');
    expect(entries).toHaveLength('ingress' in environment.receiver ? 1 : 0);
    const paths = entries.flatMap((entry) => entrySchema.parse(entry).spec.rules.flatMap(({ http }) => http.paths));
    const open = { a2a: '/agents', mcp: '/mcp' };
    const prefixes = entries.length === 0 ? [] : environment.features.interfaces.map((name) => open[name]);
    expect(paths.filter(({ pathType }) => pathType !== 'Exact').map(({ path }) => path)).toEqual(prefixes);
    expect(paths.filter(({ path }) => path.startsWith('/dlq'))).toEqual([]);
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

  test('lets the receiver read the dead-letter queue, and nothing else', () => {
    const { queues, user, vhost } = environment.rabbitmq;
    const name = 'rabbitmq-dead-letters';
    const [permission] = ofKind(objects, 'Permission').filter(({ metadata }) => metadata.name === name);
    const read = `^(${queues.deadLetters.replaceAll('.', String.raw`\.`)})$`;
    expect(permission).toMatchObject({
      spec: { vhost, userReference: { name }, permissions: { configure: '^$', write: '^$', read } },
    });
    expect(requiredSecrets(environment).find((secret) => secret.name === name)).toMatchObject({
      known: { username: `${user}-dead-letters` },
      generated: true,
    });
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
