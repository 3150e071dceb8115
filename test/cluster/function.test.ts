import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { testAgents, testAgentsOfSharedBroker } from './agent-cases.ts';
import { expectNoFaults } from '../../operator/lifecycle/sent-event-faults.ts';
import { EventSink } from './event-sink.ts';
import { eventually } from './eventually.ts';
import { FunctionCluster, lambda, service, withCondition } from './function-cluster.ts';
import { readSampleFunctions } from '../sample-functions.ts';
import type { OperatorProcess } from './operator-process.ts';

let cluster: FunctionCluster;
let operator: OperatorProcess;
let sink: EventSink;

beforeAll(async () => {
  cluster = await FunctionCluster.start();
  await makeAgent('agent');
  operator = await cluster.startOperator();
  sink = await EventSink.start();
});

afterAll(async () => {
  await cluster.stop();
  await sink.stop();
  expectNoFaults(sink.faults);
});

async function makeAgent(name: string): Promise<void> {
  const metadata = { name, namespace: cluster.namespace, finalizers: ['lambdaagent.lambda.knative.io/finalizer'] };
  const eventing = { rabbitmq: {}, subscriptions: [{ eventType: 'io.example.chat' }] };
  const spec = { image: { repository: 'ghcr.io/example/agent' }, eventing };
  const agent = { apiVersion: 'lambda.knative.io/v1alpha1', kind: 'LambdaAgent', metadata, spec };
  await cluster.admin.apply(agent, { fieldManager: 'somebody', force: true });
}

/** They are used in function-build.test.ts. */
const rightsOfBuilds = new Set([
  ...['create', 'patch', 'delete'].map((verb) => `${verb} jobs.batch`),
  ...['create', 'patch'].map((verb) => `${verb} configmaps.`),
  'list events.events.k8s.io',
]);

const imageSource = (tag = 'v1') => ({
  source: { type: 'image', image: { repository: 'ghcr.io/example/hello', tag } },
});

const generated = z.looseObject({ metadata: z.looseObject({ generation: z.int(), uid: z.string() }) });

const isReady = withCondition('Ready', 'True', 'ReadyWithoutEvents');

test.each([...readSampleFunctions()])('the sample %s is accepted', async (_file, manifest) => {
  const { metadata, ...sample } = z.looseObject({ metadata: z.looseObject({}) }).parse(manifest);
  const object = { ...sample, metadata: { ...metadata, namespace: cluster.namespace } };
  await cluster.admin.apply(object, { fieldManager: 'author', dryRun: true });
});

describe('a function with a ready-made image', () => {
  test('becomes a Knative Service, and is Ready when that is', async () => {
    await cluster.applyFunction('hello', imageSource());
    const deploying = await cluster.until(lambda('hello'), withCondition('DeployReady', 'Unknown', 'Deploying'));
    expect(deploying.status.phase).toBe('Deploying');
    const made = await cluster.get('serving.knative.dev/v1', 'Service', 'hello');
    expect(made).toMatchObject({
      metadata: { ownerReferences: [{ kind: 'LambdaFunction', name: 'hello', controller: true }] },
      spec: { template: { spec: { containers: [{ image: 'ghcr.io/example/hello:v1' }] } } },
    });
    await cluster.serve('hello');
    const ready = await cluster.until(lambda('hello'), isReady);
    expect(ready.status).toMatchObject({
      phase: 'Ready',
      serviceStatus: { ready: true, latestRevision: 'hello-00001' },
    });
  });

  test('rolls out a change of the spec, once', async () => {
    await cluster.applyFunction('hello', imageSource('v2'));
    const changed = z.looseObject({ metadata: z.looseObject({ generation: z.literal(2) }) });
    await cluster.until(service('hello'), changed);
    await cluster.serve('hello', 'hello-00002');
    await cluster.until(lambda('hello'), isReady);
    expect(await cluster.get('serving.knative.dev/v1', 'Service', 'hello')).toMatchObject({
      metadata: { generation: 2 },
      spec: { template: { spec: { containers: [{ image: 'ghcr.io/example/hello:v2' }] } } },
    });
  });
});

const eventing = (kind: 'Broker' | 'Trigger', name: string) => ({ apiVersion: 'eventing.knative.dev/v1', kind, name });
const ok = { status: 'True' } as const;

const triggerSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), generation: z.int(), annotations: z.record(z.string(), z.string()) }),
  spec: z.looseObject({
    filter: z.looseObject({ attributes: z.record(z.string(), z.string()) }),
    delivery: z.looseObject({ deadLetterSink: z.looseObject({}).optional() }),
  }),
});

/** Triggers of a function. */
async function triggersOf(name: string) {
  const { admin, namespace } = cluster;
  const labelSelector = `lambda.knative.io/name=${name}`;
  const all = await admin.list({ apiVersion: 'eventing.knative.dev/v1', kind: 'Trigger', namespace, labelSelector });
  return all.map((one) => triggerSchema.parse(one));
}

/** What the RabbitMQ broker writes once a Trigger's queue is bound. */
async function bind(name: string, condition: object = ok, only?: string): Promise<void> {
  for (const { metadata, spec } of await triggersOf(name)) {
    if (only !== undefined && spec.filter.attributes['type'] !== only) continue;
    await cluster.patchStatus(eventing('Trigger', metadata.name), {
      observedGeneration: metadata.generation,
      conditions: [{ type: 'Ready', ...condition }],
    });
  }
}

async function makeBroker(name: string, condition: object, more: object = {}): Promise<void> {
  const { admin, namespace } = cluster;
  const metadata = { name, namespace, annotations: { 'eventing.knative.dev/broker.class': 'RabbitMQBroker' } };
  const broker = { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', metadata, spec: {} };
  await admin.apply(broker, { fieldManager: 'test', force: true });
  await cluster.patchStatus(eventing('Broker', name), {
    observedGeneration: 1,
    conditions: [{ type: 'Ready', ...condition }],
    ...more,
  });
}

const types = (wanted: Readonly<Record<string, string>>) => ({ ...imageSource(), eventing: { eventTypes: wanted } });

const typesOf = async (name: string): Promise<readonly string[]> =>
  (await triggersOf(name)).map(({ spec }) => spec.filter.attributes['type'] ?? '').toSorted();

const untilTypes = (name: string, wanted: readonly string[]) =>
  eventually(async () => {
    const found = await typesOf(name);
    if (found.join() !== wanted.join()) throw new Error(`Triggers for ${found.join(', ')}`);
  });

const invoke = (kind: string): string => `io.knative.lambda.invoke.${kind}`;

describe('the events of a function', () => {
  test('do not arrive while there is no Broker, which holds nothing else up', async () => {
    await cluster.applyFunction('events', imageSource());
    await cluster.until(lambda('events'), withCondition('ExposeReady', 'False', 'BrokerMissing'));
    await cluster.serve('events');
    await cluster.until(lambda('events'), isReady);
    expect(await triggersOf('events')).toEqual([]);
  });

  test('do not arrive while the Broker is not ready, and the status says what it lacks', async () => {
    await makeBroker('lambda-broker', { status: 'False', reason: 'DeadLetterSinkResolveFailed', message: 'no sink' });
    const told = await cluster.until(lambda('events'), withCondition('ExposeReady', 'False', 'BrokerNotReady'));
    expect(JSON.stringify(told.status)).toContain('no sink');
    expect(told.status.phase).toBe('Ready');
  });

  test('arrive by a Trigger for each type that asks for a call, with the name of the function as subject', async () => {
    await makeBroker('lambda-broker', ok);
    await untilTypes('events', [invoke('async'), invoke('scheduled'), invoke('sync')]);
    for (const { spec } of await triggersOf('events')) {
      expect(spec.filter.attributes['subject']).toBe('events');
      expect(spec.delivery.deadLetterSink).toBeUndefined();
    }
    await cluster.until(lambda('events'), withCondition('ExposeReady', 'Unknown', 'Exposing'));
    await bind('events');
    await cluster.until(lambda('events'), withCondition('ExposeReady', 'True', 'Exposed'));
    await cluster.until(lambda('events'), withCondition('Ready', 'True', 'Ready'));
  });

  test('say why a Trigger is not ready', async () => {
    await bind('events', { status: 'False', reason: 'SubscriberResolveFailed', message: 'no subscriber' });
    const told = await cluster.until(lambda('events'), withCondition('ExposeReady', 'False', 'TriggerNotReady'));
    expect(JSON.stringify(told.status)).toContain('no subscriber');
    await bind('events');
  });

  test('get new Triggers before the old ones go, when their types change', async () => {
    const before = await triggersOf('events');
    const all = {
      invokeSync: 'com.example.call',
      invokeAsync: 'com.example.call',
      invokeScheduled: invoke('scheduled'),
    };
    await cluster.applyFunction('events', types(all));
    await untilTypes('events', ['com.example.call', invoke('async'), invoke('scheduled'), invoke('sync')]);
    const kept = (await triggersOf('events')).map(({ metadata }) => metadata.name);
    expect(kept).toEqual(expect.arrayContaining(before.map(({ metadata }) => metadata.name)));
    await bind('events', ok, 'com.example.call');
    await untilTypes('events', ['com.example.call', invoke('scheduled')]);
  });

  test('are made again when somebody removes a Trigger', async () => {
    const [one] = await triggersOf('events');
    const { admin, namespace } = cluster;
    await admin.remove({ ...eventing('Trigger', one?.metadata.name ?? ''), namespace });
    await untilTypes('events', ['com.example.call', invoke('scheduled')]);
  });

  test('of a broker of their own go to the dead letters of the environment', async () => {
    await makeBroker('own', ok);
    await cluster.applyFunction('own', { ...imageSource(), eventing: { brokerName: 'own' } });
    await untilTypes('own', [invoke('async'), invoke('scheduled'), invoke('sync')]);
    for (const { spec } of await triggersOf('own')) {
      expect(spec.delivery.deadLetterSink).toMatchObject({ ref: { kind: 'Service' }, uri: '/dlq' });
    }
    await cluster.admin.remove({ ...lambda('own'), namespace: cluster.namespace });
    await untilTypes('own', []);
  });

  test('end where eventing is off, also when the default would turn it on', async () => {
    await cluster.applyFunction('events', { ...imageSource(), eventing: { enabled: false } });
    await untilTypes('events', []);
    await cluster.until(lambda('events'), withCondition('ExposeReady', 'True', 'EventingOff'));
  });
});

const applySecret = (value: string, labels: Readonly<Record<string, string>>) =>
  cluster.admin.apply(
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'token', namespace: cluster.namespace, labels },
      stringData: { value },
    },
    { fieldManager: 'author', force: true },
  );

const hasGeneration = (generation: number) =>
  z.looseObject({ metadata: z.looseObject({ generation: z.literal(generation) }) });

describe('a Secret that a function names', () => {
  const env = [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'token', key: 'value' } } }];
  const spec = { ...imageSource(), env, eventing: { enabled: false } };
  const usable = { 'lambda.knative.io/usable-by': 'functions' };

  test('fails the function while it is missing', async () => {
    await cluster.applyFunction('secret', spec);
    const told = await cluster.until(lambda('secret'), withCondition('SourceReady', 'False', 'SecretMissing'));
    expect(told.status.phase).toBe('Failed');
    expect(JSON.stringify(told.status)).toContain('spec.env TOKEN names Secret token');
  });

  test('fails it while its owner does not lend it', async () => {
    await applySecret('one', {});
    await cluster.until(lambda('secret'), withCondition('SourceReady', 'False', 'SecretNotUsable'));
    expect((await cluster.request('GET', service('secret'))).status).toBe(404);
  });

  test('rolls out when its value changes, and not when only its labels are written again', async () => {
    await applySecret('one', usable);
    await cluster.until(service('secret'), hasGeneration(1));
    await applySecret('two', usable);
    await cluster.until(service('secret'), hasGeneration(2));
    await applySecret('two', usable);
    await cluster.applyFunction('other', { ...spec, env: [] });
    await cluster.until(service('other'), hasGeneration(1));
    await cluster.until(service('secret'), hasGeneration(2));
  });
});

const target = (name: string) => ({ 'lambda.knative.io/rollback-target': name });

const imageIs = (image: string) =>
  z.looseObject({
    spec: z.looseObject({
      template: z.looseObject({
        spec: z.looseObject({ containers: z.tuple([z.looseObject({ image: z.literal(image) })]) }),
      }),
    }),
  });

describe('a rollback', () => {
  const pinned = `sha256:${'d'.repeat(64)}`;

  test('to the digest of an image pins it until the spec changes', async () => {
    const off = { eventing: { enabled: false } };
    await cluster.applyFunction('back', { ...imageSource('v1'), ...off });
    await cluster.until(service('back'), imageIs('ghcr.io/example/hello:v1'));
    await cluster.applyFunction('back', { ...imageSource('v1'), ...off }, target(pinned));
    await cluster.until(service('back'), imageIs(`ghcr.io/example/hello@${pinned}`));
    await cluster.serve('back', 'back-00002');
    const told = await cluster.until(lambda('back'), withCondition('DeployReady', 'True', 'RolledBack'));
    expect(JSON.stringify(told.status)).toContain(`pinned to ${pinned}`);
    await cluster.applyFunction('back', { ...imageSource('v2'), ...off }, target(pinned));
    await cluster.until(service('back'), imageIs('ghcr.io/example/hello:v2'));
  });

  test('to a revision brings back its template', async () => {
    const { spec } = z
      .looseObject({
        spec: z.looseObject({ template: z.looseObject({ metadata: z.looseObject({}), spec: z.looseObject({}) }) }),
      })
      .parse(await cluster.get('serving.knative.dev/v1', 'Service', 'back'));
    const { metadata, spec: podSpec } = spec.template;
    const image = 'ghcr.io/example/hello:first';
    const containers = z
      .array(z.looseObject({}))
      .parse(podSpec['containers'])
      .map((one) => ({ ...one, image }));
    await cluster.admin.apply(
      {
        apiVersion: 'serving.knative.dev/v1',
        kind: 'Revision',
        metadata: { ...metadata, name: 'back-00001', namespace: cluster.namespace },
        spec: { ...podSpec, containers },
      },
      { fieldManager: 'knative', force: true },
    );
    await cluster.applyFunction('back', { ...imageSource('v2'), eventing: { enabled: false } }, target('back-00001'));
    await cluster.until(service('back'), imageIs(image));
  });

  test('fails where there is no such revision, and what serves stays', async () => {
    await cluster.applyFunction('back', { ...imageSource('v2'), eventing: { enabled: false } }, target('back-00077'));
    await cluster.until(lambda('back'), withCondition('DeployReady', 'False', 'PinTargetMissing'));
    await cluster.until(service('back'), imageIs('ghcr.io/example/hello:first'));
  });
});

describe('a name that is taken', () => {
  const spec = { ...imageSource(), eventing: { enabled: false } };
  const knativeService = { apiVersion: 'serving.knative.dev/v1', kind: 'Service' };

  test('by a service that nobody owns fails the function, until it is told to adopt it', async () => {
    await cluster.admin.apply(
      {
        ...knativeService,
        metadata: { name: 'taken', namespace: cluster.namespace },
        spec: {
          template: { spec: { containers: [{ image: 'ghcr.io/example/foreign:v1' }] } },
          traffic: [{ latestRevision: true, percent: 100 }],
        },
      },
      { fieldManager: 'somebody', force: true },
    );
    await cluster.applyFunction('taken', spec);
    await cluster.until(lambda('taken'), withCondition('DeployReady', 'False', 'NameTaken'));
    await cluster.applyFunction('taken', spec, { 'lambda.knative.io/adopt': 'true' });
    await cluster.until(
      service('taken'),
      z.looseObject({
        metadata: z.looseObject({ ownerReferences: z.tuple([z.looseObject({ kind: z.literal('LambdaFunction') })]) }),
        spec: z.looseObject({
          template: z.looseObject({
            spec: z.looseObject({
              containers: z.tuple([z.looseObject({ image: z.literal('ghcr.io/example/hello:v1') })]),
            }),
          }),
          // whoever splits traffic goes on to do so
          traffic: z.tuple([z.looseObject({ percent: z.literal(100) })]),
        }),
      }),
    );
  });

  test('by what a function that is gone left behind is free again', async () => {
    const { admin, namespace } = cluster;
    const options = { fieldManager: 'test', force: true };
    // the garbage collector cannot look such an owner up, and leaves what it has alone
    const gone = { apiVersion: 'lambda.knative.io/v0', kind: 'LambdaFunction', name: 'late', uid: randomUUID() };
    const labels = { 'app.kubernetes.io/managed-by': 'knative-lambda-operator', 'lambda.knative.io/name': 'late' };
    const metadata = { namespace, labels, ownerReferences: [{ ...gone, controller: true }] };
    const trigger = { apiVersion: 'eventing.knative.dev/v1', kind: 'Trigger' };
    const subscriber = { ref: { ...knativeService, name: 'late' } };
    await admin.apply(
      { ...trigger, metadata: { ...metadata, name: 'late-former' }, spec: { broker: 'default', subscriber } },
      options,
    );
    const template = { spec: { containers: [{ image: 'ghcr.io/example/former:v1' }] } };
    await admin.apply({ ...knativeService, metadata: { ...metadata, name: 'late' }, spec: { template } }, options);
    await cluster.applyFunction('late', spec);
    await cluster.until(service('late'), imageIs('ghcr.io/example/hello:v1'));
    await cluster.untilGone({ ...trigger, name: 'late-former' });
  });

  test('by an agent that was there before fails it', async () => {
    await cluster.applyFunction('agent', spec);
    const told = await cluster.until(lambda('agent'), withCondition('DeployReady', 'False', 'NameTaken'));
    expect(JSON.stringify(told.status)).toContain('LambdaAgent agent');
  });
});

testAgents(() => cluster);

describe('a revision that does not start', () => {
  /** Labels that Knative copies from the revision to what runs it. */
  const labels = {
    'serving.knative.dev/revision': 'stuck-00001',
    'lambda.knative.io/name': 'stuck',
    'app.kubernetes.io/managed-by': 'knative-lambda-operator',
  };
  const podSpec = {
    automountServiceAccountToken: false,
    containers: [
      {
        name: 'user-container',
        image: 'ghcr.io/example/hello:v1',
        resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { cpu: '1m', memory: '1Mi' } },
      },
    ],
  };
  const pod = { apiVersion: 'v1', kind: 'Pod', name: 'stuck-00001-pod' };

  test('because of a quota says so, though only its ReplicaSet knows', async () => {
    const { admin, namespace } = cluster;
    const options = { fieldManager: 'test', force: true };
    await cluster.applyFunction('stuck', { ...imageSource(), eventing: { enabled: false } });
    const made = await cluster.until(service('stuck'), generated);
    await cluster.patchStatus(service('stuck'), {
      observedGeneration: made.metadata.generation,
      latestCreatedRevisionName: 'stuck-00001',
      conditions: ['ConfigurationsReady', 'Ready', 'RoutesReady'].map((type) => ({ type, status: 'Unknown' })),
    });
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota' };
    await admin.apply({ ...quota, metadata: { name: 'tight', namespace }, spec: { hard: { pods: '0' } } }, options);
    await admin.apply(
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: { name: 'stuck-00001-deployment', namespace, labels },
        spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } },
      },
      options,
    );
    const told = await cluster.until(lambda('stuck'), withCondition('DeployReady', 'False', 'QuotaExceeded'));
    expect(JSON.stringify(told.status)).toContain('quota: tight');
    await admin.remove({ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'stuck-00001-deployment', namespace });
    await admin.remove({ ...quota, name: 'tight', namespace });
  });

  test.each([
    ['ImagePullFailed', { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } }, 'Back-off'],
    ['CrashLoop', { terminated: { exitCode: 3, reason: 'Error', message: 'no module named x' } }, 'no module named x'],
    ['OutOfMemory', { terminated: { exitCode: 137, reason: 'OOMKilled' } }, 'stuck-00001'],
  ])('because of its pod says %s', async (reason, state, words) => {
    const { admin, namespace } = cluster;
    await admin.apply(
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: pod.name, namespace, labels }, spec: podSpec },
      { fieldManager: 'test', force: true },
    );
    const { containers } = podSpec;
    const statuses = containers.map(({ image, name }) => ({
      name,
      image,
      imageID: '',
      ready: false,
      restartCount: 0,
      state,
    }));
    await cluster.patchStatus(pod, { phase: 'Running', containerStatuses: statuses });
    const told = await cluster.until(lambda('stuck'), withCondition('DeployReady', 'False', reason));
    expect(JSON.stringify(told.status)).toContain(words);
  });
});

const toldTypes = ['function.created', 'service.created', 'service.ready', 'function.ready'];
const lifecycle = 'io.knative.lambda.lifecycle.';

const waiting = z.looseObject({
  status: z.looseObject({
    pendingEvents: z
      .array(z.looseObject({ id: z.string(), type: z.string() }))
      .refine((all) => all.length === toldTypes.length, { message: 'not all events wait' }),
  }),
});

const takenTypes = (): readonly string[] => sink.taken.map(({ type }) => type.replace(lifecycle, ''));

/** Until the receiver has taken so many events. */
const untilTaken = (count: number) =>
  eventually(() => {
    if (sink.taken.length < count) throw new Error(`taken: ${takenTypes().join(', ')}`);
  });

test('what programs are told of a function waits in its status while nobody takes it', async () => {
  await makeBroker('told', ok, { address: { url: sink.url } });
  await cluster.applyFunction('told', { ...imageSource(), eventing: { brokerName: 'told' } });
  await cluster.serve('told');
  const { status } = await cluster.until(lambda('told'), waiting);
  expect(status.pendingEvents.map(({ type }) => type.replace(lifecycle, ''))).toEqual(toldTypes);
  await eventually(() => {
    if (sink.refused === 0) throw new Error('nothing was sent');
  });
  expect(sink.taken).toEqual([]);
});

const remove = (name: string) => cluster.admin.remove({ ...lambda(name), namespace: cluster.namespace });

describe('a function that is deleted', () => {
  test('takes with it what belongs to it', async () => {
    await remove('hello');
    await cluster.untilGone(service('hello'));
    expect((await cluster.request('GET', lambda('hello'))).status).toBe(404);
  });

  test('does so while no operator runs', async () => {
    await operator.end('SIGKILL');
    await remove('back');
    await cluster.untilGone(service('back'));
    expect((await cluster.request('GET', lambda('back'))).status).toBe(404);
    // a setting that functions do not read
    operator = await cluster.startOperator({ AGENT_BROKER: 'shared' });
  });

  test('keeps nothing from being told that waited when the operator was killed: each event once, in order', async () => {
    const { status } = await cluster.until(lambda('told'), waiting);
    sink.isDown = false;
    await cluster.until(
      lambda('told'),
      z.looseObject({ status: z.looseObject({ pendingEvents: z.undefined().optional() }) }),
    );
    expect(takenTypes()).toEqual(toldTypes);
    expect(sink.taken.map(({ id }) => id)).toEqual(status.pendingEvents.map(({ id }) => id));
    expect(sink.taken).toEqual(
      toldTypes.map(() =>
        expect.objectContaining({
          subject: `${cluster.namespace}/told`,
          data: expect.objectContaining({ name: 'told', namespace: cluster.namespace }),
        }),
      ),
    );
  });

  test('is told as gone, with its service', async () => {
    await remove('told');
    await untilTaken(toldTypes.length + 2);
    expect(takenTypes().slice(toldTypes.length)).toEqual(['service.deleted', 'function.deleted']);
  });

  test('is not held by the finalizer of older versions, which the operator takes off', async () => {
    await cluster.patch(lambda('other'), { metadata: { finalizers: ['lambdafunction.lambda.knative.io/finalizer'] } });
    await remove('other');
    await cluster.untilGone(lambda('other'));
    await cluster.untilGone(service('other'));
  });

  test('says that it goes while a finalizer of somebody else holds it', async () => {
    await cluster.patch(lambda('secret'), { metadata: { finalizers: ['example.com/hold'] } });
    await remove('secret');
    const going = await cluster.until(lambda('secret'), withCondition('Ready', 'Unknown', 'Deleting'));
    expect(going.status.phase).toBe('Deleting');
    await cluster.patch(lambda('secret'), { metadata: { finalizers: [] } });
    await cluster.untilGone(service('secret'));
    // what its author made stays
    await cluster.get('v1', 'Secret', 'token');
  });
});

testAgentsOfSharedBroker(() => cluster);

test('uses every right of its account, but those of builds', async () => {
  const rest = await eventually(() => {
    const unused = cluster.unusedRights();
    if (unused.some((right) => !rightsOfBuilds.has(right))) throw new Error(unused.join(', '));
    return unused;
  });
  expect(new Set(rest)).toEqual(rightsOfBuilds);
});

test('never asks for what its account may not do', async () => {
  const requests = await operator.requests();
  expect(requests['PATCH 200']).toBeGreaterThan(0);
  expect(Object.keys(requests).filter((one) => one.endsWith(' 403'))).toEqual([]);
  expect(cluster.operators.flatMap(({ lines }) => lines).filter(({ level }) => level === 'error')).toEqual([]);
});
