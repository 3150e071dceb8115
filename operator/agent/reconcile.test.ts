import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { apiVersion } from '../api/index.ts';
import type { Fault } from '../function/memory-cluster.ts';
import { stepSequences } from '../reconcile/step-sequences.ts';
import { MemoryWorld, namespace } from './memory-world.ts';
import { sampleSettings, sharedSettings } from './sample.ts';

const names = ['one', 'two'] as const;
type Name = (typeof names)[number];

const types = ['io.homelab.chat', 'io.homelab.order', '*'] as const;

interface Wanted {
  readonly replicas: number;
  /** Undefined where eventing is off. */
  readonly subscribed: readonly string[] | undefined;
}

type Step =
  | ({ readonly kind: 'edit'; readonly name: Name } & Wanted)
  | { readonly kind: 'delete' | 'pass'; readonly name: Name }
  | { readonly kind: 'tell'; readonly most: number }
  | { readonly kind: 'serve' | 'connect' | 'collect' | 'kill' }
  | { readonly kind: 'fail'; readonly fault: Fault };

const name = fc.constantFrom(...names);
const edit: fc.Arbitrary<Extract<Step, { kind: 'edit' }>> = fc.record({
  kind: fc.constant('edit' as const),
  name,
  replicas: fc.nat(1),
  subscribed: fc.option(fc.subarray([...types]), { nil: undefined }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: edit },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('pass' as const), name }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('tell' as const), most: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('serve', 'connect', 'collect', 'kill') }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('fail' as const), fault: fc.constantFrom('refused', 'unanswered') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), name }) },
);

const specOf = ({ replicas, subscribed }: Wanted): object => ({
  scaling: { minReplicas: replicas },
  ...(subscribed === undefined ? {} : { eventing: { subscriptions: subscribed.map((eventType) => ({ eventType })) } }),
});

async function take(world: MemoryWorld, wanted: Map<Name, Wanted>, one: Step): Promise<void> {
  switch (one.kind) {
    case 'edit':
      wanted.set(one.name, one);
      return world.edit(one.name, specOf(one));
    case 'delete':
      wanted.delete(one.name);
      return world.remove(one.name);
    case 'pass':
      await world.pass(one.name);
      return undefined;
    case 'tell':
      return world.cluster.tell(one.most);
    case 'serve':
      return world.serve();
    case 'connect':
      return world.connect();
    case 'collect':
      return world.cluster.collect();
    case 'kill':
      return world.kill();
    case 'fail':
      return world.cluster.fail(one.fault);
  }
}

async function worldAfter(steps: readonly Step[]) {
  const world = new MemoryWorld();
  const wanted = new Map<Name, Wanted>();
  for (const one of steps) await take(world, wanted, one);
  await world.settle(names);
  return { world, wanted };
}

const filterOf = (type: string): object => (type === '*' ? {} : { type });

describe('whatever is edited, killed and refused', () => {
  const sequences = stepSequences<Name, Extract<Step, { kind: 'edit' }>, Step>(step, edit);

  test('every agent ends up as its last spec asks, and nothing stays of one that is gone', async () => {
    await fc.assert(
      fc.asyncProperty(sequences, async (steps) => {
        const { wanted, world } = await worldAfter(steps);
        for (const [of, { replicas, subscribed }] of wanted) {
          const { annotations, env } = world.service(of);
          expect(annotations['autoscaling.knative.dev/min-scale']).toBe(String(replicas));
          expect(env['K_SINK']).toBe(subscribed === undefined ? undefined : `http://${of}-broker.${namespace}`);
          expect(
            world
              .triggers(of)
              .map(({ spec }) => spec.filter.attributes)
              .toSorted(byJson),
          ).toEqual((subscribed ?? []).map(filterOf).toSorted(byJson));
          expect(world.status(of)).toMatchObject({ phase: 'Ready', serviceStatus: { url: `http://${of}` } });
        }
        const owned = ['services', 'triggers', 'brokers', 'rabbitmqbrokerconfigs', 'serviceaccounts'];
        const owners = owned.flatMap((plural) =>
          world.cluster.all(plural).map(({ metadata }) => metadata.ownerReferences?.[0]?.name),
        );
        expect(owners.filter((owner) => ![...wanted.keys()].some((of) => of === owner))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  test('a settled cluster is written to no more, also by an operator that starts', async () => {
    await fc.assert(
      fc.asyncProperty(sequences, async (steps) => {
        const { world } = await worldAfter(steps);
        const before = world.cluster.version;
        world.kill();
        for (const of of names) await world.pass(of);
        expect(world.cluster.version).toBe(before);
      }),
      { numRuns: 30 },
    );
  }, 120_000);
});

const byJson = (one: object, other: object): number => JSON.stringify(one).localeCompare(JSON.stringify(other));

const chat = { subscriptions: [{ eventType: 'io.homelab.chat' }] };

describe('an agent', () => {
  test('is told where its broker is by its first revision already', async () => {
    const world = new MemoryWorld();
    world.edit('one', { eventing: chat });
    world.cluster.tell();
    await world.pass('one');
    expect(world.cluster.all('services')).toHaveLength(0);
    expect(world.condition('one', 'DeployReady')).toContain('BrokerAddressPending');
    await world.settle(['one']);
    expect(world.service('one')).toMatchObject({ generation: 1, env: { K_SINK: 'http://one-broker.agents' } });
    expect(world.condition('one', 'Eventing')).toContain('True EventingReady: 1 subscriptions and 0 forwards');
  });

  test('starts without events where nothing says which RabbitMQ to use, and says so', async () => {
    const world = new MemoryWorld({ ...sampleSettings, broker: { kind: 'dedicated', rabbitmq: undefined } });
    world.edit('one', { eventing: chat });
    await world.settle(['one']);
    expect(world.condition('one', 'Ready')).toContain(
      'True ReadyWithoutEvents: serves at http://one; no events arrive',
    );
    expect(world.condition('one', 'Eventing')).toContain('RabbitmqUnknown');
  });

  test('changes one revision for each change of its spec', async () => {
    const world = new MemoryWorld();
    for (const systemPrompt of ['one', 'two', 'three']) {
      world.edit('one', { ai: { systemPrompt }, eventing: chat });
      await world.settle(['one']);
    }
    expect(world.service('one').generation).toBe(3);
  });

  test('that a function has the name of gets no service, until the function is gone', async () => {
    const world = new MemoryWorld();
    world.cluster.put('lambdafunctions', { apiVersion, kind: 'LambdaFunction', metadata: { name: 'one', namespace } });
    await world.settle([]);
    world.edit('one', {});
    await world.settle(['one']);
    expect(world.condition('one', 'Ready')).toContain('False NameTaken: the name one is taken by LambdaFunction one');
    world.cluster.remove('lambdafunctions', `${namespace}/one`);
    await world.settle(['one']);
    expect(world.status('one').phase).toBe('Ready');
  });

  test('fails where its spec cannot be met, and keeps what runs', async () => {
    const world = new MemoryWorld();
    world.edit('one', {});
    await world.settle(['one']);
    world.edit('one', { env: [{ name: 'TIMEOUT_SECONDS', value: '9000' }] });
    await world.settle(['one']);
    expect(world.condition('one', 'Ready')).toContain(
      'False TimeoutTooLong: TIMEOUT_SECONDS is 9000, allowed at most 3590',
    );
    expect(world.service('one').generation).toBe(1);
  });

  test('that the schema refuses says so, once', async () => {
    const world = new MemoryWorld();
    world.edit('one', { image: {} });
    await world.settle(['one']);
    expect(world.condition('one', 'SpecAccepted')).toMatch(/False SpecUnreadable: .*spec.image.repository/);
    const before = world.cluster.version;
    await world.pass('one');
    expect(world.cluster.version).toBe(before);
  });

  test('loses the finalizer of older versions', async () => {
    const world = new MemoryWorld();
    world.edit('one', {});
    const stored = world.cluster.find('lambdaagents', `${namespace}/one`);
    const finalizers = ['lambdaagent.lambda.knative.io/finalizer', 'other.example.com/hold'];
    world.cluster.put('lambdaagents', {
      ...stored,
      apiVersion,
      kind: 'LambdaAgent',
      metadata: { name: 'one', namespace, finalizers },
    });
    await world.settle(['one']);
    expect(world.cluster.find('lambdaagents', `${namespace}/one`)?.metadata.finalizers).toEqual([finalizers[1]]);
  });
});

const left = ({ cluster }: MemoryWorld) =>
  [...cluster.all('services'), ...cluster.all('triggers')].filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ uid }) => uid === 'gone'),
  );

describe('what an agent that is gone has left behind', () => {
  const owner = { apiVersion, kind: 'LambdaAgent', name: 'one', uid: 'gone', controller: true };
  const leave = ({ cluster }: MemoryWorld): void => {
    const metadata = { namespace, labels: { 'lambda.knative.io/agent': 'one' }, ownerReferences: [owner] };
    const serving = { apiVersion: 'serving.knative.dev/v1', kind: 'Service' };
    const eventing = { apiVersion: 'eventing.knative.dev/v1', kind: 'Trigger' };
    cluster.put('services', { ...serving, metadata: { ...metadata, name: 'one' }, spec: {} });
    cluster.put('triggers', { ...eventing, metadata: { ...metadata, name: 'one-former' }, spec: {} });
    cluster.tell();
  };

  test('makes room for the next one of the name', async () => {
    const world = new MemoryWorld();
    leave(world);
    world.edit('one', { eventing: chat });
    world.cluster.tell();
    await world.pass('one');
    expect(left(world)).toEqual([]);
    expect(world.condition('one', 'DeployReady')).toContain(
      'Unknown FormerServiceEnding: the service of another one, which was',
    );
    await world.settle(['one']);
    expect(world.status('one').phase).toBe('Ready');
    expect(world.triggers('one')).toHaveLength(1);
  });

  test('is removed where no agent has the name', async () => {
    const world = new MemoryWorld();
    leave(world);
    await world.pass('one');
    expect(left(world)).toEqual([]);
  });

  test('stays while the API server knows an owner that the caches do not', async () => {
    const world = new MemoryWorld();
    leave(world);
    world.edit('one', {});
    await world.pass('one');
    expect(left(world)).toHaveLength(2);
  });
});

describe('events of an agent', () => {
  const forward = { eventTypes: ['io.homelab.order'], targetAgent: 'two', targetNamespace: namespace };

  test('are sent on to the address of the broker of the other agent, once that is there', async () => {
    const world = new MemoryWorld();
    world.edit('one', { eventing: { ...chat, forwards: [forward] } });
    await world.settle(['one']);
    expect(world.condition('one', 'Eventing')).toContain(
      'False ForwardTargetMissing: nothing is sent on to agents/two',
    );
    world.edit('two', { eventing: chat });
    await world.settle(names);
    expect(world.triggers('one').map(({ spec }) => spec.subscriber.uri)).toContain('http://two-broker.agents');
    expect(world.status('one').eventingStatus).toMatchObject({ triggerCount: 2, forwardCount: 1, brokerReady: true });
  });

  test('stay on their way while the broker of the other agent cannot be seen', async () => {
    const world = new MemoryWorld();
    world.edit('one', { eventing: { ...chat, forwards: [forward] } });
    world.edit('two', { eventing: chat });
    await world.settle(names);
    world.cluster.remove('brokers', `${namespace}/two-broker`);
    await world.settle(['one']);
    expect(world.triggers('one')).toHaveLength(2);
    expect(world.condition('one', 'Eventing')).toContain('ForwardTargetMissing');
  });

  test('are not sent to namespaces that the agent may not reach, nor back to itself', async () => {
    const world = new MemoryWorld();
    const far = { ...forward, targetNamespace: 'others' };
    world.edit('one', {
      permissions: { allowedTargetNamespaces: ['elsewhere'] },
      eventing: { forwards: [far, { ...forward, targetAgent: 'one' }] },
    });
    await world.settle(['one']);
    expect(world.triggers('one')).toEqual([]);
    expect(world.condition('one', 'Eventing')).toContain('False ForwardNotAllowed: nothing is sent on to others/two');
    world.edit('one', { eventing: { forwards: [{ ...forward, targetAgent: 'one' }] } });
    await world.settle(['one']);
    expect(world.condition('one', 'Eventing')).toContain('False ForwardLoop');
  });

  test('stop at once where they may not go any more, though others are not ready', async () => {
    const world = new MemoryWorld();
    const others = { ...forward, targetNamespace: 'others' };
    world.edit('two', { eventing: chat }, 'others');
    await world.pass('two', 'others');
    world.edit('one', { eventing: { forwards: [others] } });
    world.cluster.tell();
    await world.pass('two', 'others');
    await world.settle(['one']);
    expect(world.triggers('one')).toHaveLength(1);
    const permissions = { allowedTargetNamespaces: [] };
    world.edit('one', { permissions, eventing: { ...chat, forwards: [others] } });
    world.cluster.tell();
    await world.pass('one');
    expect(world.triggers('one').map(({ spec }) => spec.filter.attributes)).toEqual([{ type: 'io.homelab.chat' }]);
  });

  test('that two agents would send each other for ever are sent by neither, until one lets go', async () => {
    const world = new MemoryWorld();
    world.edit('one', { eventing: { forwards: [forward] } });
    world.edit('two', { eventing: { forwards: [{ ...forward, targetAgent: 'one' }] } });
    await world.settle(names);
    expect(world.cluster.all('triggers')).toEqual([]);
    expect(world.condition('two', 'Eventing')).toContain('False ForwardLoop: nothing is sent on to agents/one');
    world.edit('two', { eventing: chat });
    await world.settle(names);
    expect(world.triggers('one')).toHaveLength(1);
    expect(world.condition('one', 'Eventing')).toContain('True EventingReady');
  });

  test('of a type with a wildcard do not arrive, and the others do', async () => {
    const world = new MemoryWorld();
    world.edit('one', { eventing: { subscriptions: [{ eventType: 'io.homelab.*' }, ...chat.subscriptions] } });
    await world.settle(['one']);
    expect(world.triggers('one')).toHaveLength(1);
    expect(world.condition('one', 'Eventing')).toContain(
      'False EventTypeWildcard: events of io.homelab.* do not arrive',
    );
  });

  test('come from the broker of the namespace where the environment says so', async () => {
    const world = new MemoryWorld(sharedSettings);
    world.edit('one', { eventing: chat });
    await world.settle(['one']);
    expect(world.condition('one', 'Eventing')).toContain('False BrokerMissing');
    world.cluster.put('brokers', {
      apiVersion: 'eventing.knative.dev/v1',
      kind: 'Broker',
      metadata: { name: 'lambda-broker', namespace },
    });
    await world.settle(['one']);
    expect(world.triggers('one').map(({ spec }) => spec.broker)).toEqual(['lambda-broker']);
    expect(world.cluster.all('brokers')).toHaveLength(1);
    expect(world.service('one').env['K_SINK']).toBe('http://lambda-broker.agents');
  });

  test('come from a broker of the right name that somebody else made, which stays as it is', async () => {
    const world = new MemoryWorld();
    const before = world.cluster.put('brokers', {
      apiVersion: 'eventing.knative.dev/v1',
      kind: 'Broker',
      metadata: { name: 'one-broker', namespace },
      spec: { config: { name: 'theirs' } },
    });
    world.edit('one', { eventing: chat });
    await world.settle(['one']);
    expect(world.cluster.find('brokers', `${namespace}/one-broker`)?.spec).toEqual(before.spec);
    expect(world.condition('one', 'Eventing')).toContain('True EventingReady');
  });
});
