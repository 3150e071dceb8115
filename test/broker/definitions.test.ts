import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type Environment, findEnvironment, readEnvironments } from '../../stacks/index.ts';
import { type ManifestDocument, readManifests } from '../cluster/committed-manifests.ts';
import { eventually } from '../cluster/eventually.ts';
import { generateLogins, loginOf } from './logins.ts';
import { type Management, pathOf } from './management.ts';
import { type Rabbitmq, startRabbitmq } from './rabbitmq.ts';
import { declareAll } from './topology-operator.ts';

const environments = readEnvironments();
const named = (name: string): Environment => findEnvironment(environments, name);

const policySchema = z.looseObject({ definition: z.looseObject({}) });

/** A policy with another length: thousands of messages would only take longer. */
function shortened({ spec, ...rest }: ManifestDocument, length: number): ManifestDocument {
  const { definition, ...others } = policySchema.parse(spec);
  return { ...rest, spec: { ...others, definition: { ...definition, 'max-length': length } } };
}

const queueSchema = z.looseObject({
  messages: z.int().default(0),
  messages_dlx: z.int().default(0),
  arguments: z.looseObject({}),
});
const messagesSchema = z.array(
  z.looseObject({
    payload: z.string(),
    properties: z.looseObject({
      headers: z
        .looseObject({ 'x-death': z.array(z.looseObject({ queue: z.string(), reason: z.string() })).default([]) })
        .default({ 'x-death': [] }),
    }),
  }),
);

type AckMode = 'reject_requeue_false' | 'reject_requeue_true' | 'ack_requeue_true' | 'ack_requeue_false';

/** What a user does with queues of a vhost. */
function worker(management: Management, vhost: string) {
  const queuePath = (queue: string): string => pathOf('queues', vhost, queue);
  return {
    publish: (queue: string, payload: string) =>
      management.request('POST', `${pathOf('exchanges', vhost, 'amq.default')}/publish`, {
        properties: { delivery_mode: 2 },
        routing_key: queue,
        payload,
        payload_encoding: 'string',
      }),
    /** Takes one message and acknowledges it, rejects it or gives it back. */
    take: async (queue: string, ackmode: AckMode) => {
      const { body } = await management.request('POST', `${queuePath(queue)}/get`, {
        count: 1,
        ackmode,
        encoding: 'auto',
      });
      return messagesSchema.parse(body);
    },
    purge: (queue: string) => management.request('DELETE', `${queuePath(queue)}/contents`),
    describe: async (queue: string) => (await management.request('GET', queuePath(queue))).body,
  };
}

describe('a RabbitMQ of the distribution', () => {
  let rabbitmq: Rabbitmq;

  beforeAll(async () => {
    rabbitmq = await startRabbitmq();
  });

  afterAll(async () => rabbitmq.stop());

  describe.each(['dev', 'staging', 'pro'])('with the objects of %s', (name) => {
    const environment = named(name);
    const { vhost, queues, limits } = environment.rabbitmq;
    const logins = generateLogins(environment);
    const manifests = readManifests(name);
    let own: Management;
    let work: ReturnType<typeof worker>;
    let refused: readonly string[];

    const declareMore = (objects: readonly ManifestDocument[]) =>
      declareAll({ administrator: rabbitmq.administrator, as: rabbitmq.as, logins }, objects);

    /** The dead letters, once there are any; they are given back. */
    const firstDeadLetter = () =>
      eventually(
        async () => {
          const [letter] = await work.take(queues.deadLetters, 'ack_requeue_true');
          return letter ?? false;
        },
        { intervalMs: 100 },
      );

    beforeAll(async () => {
      own = rabbitmq.as(loginOf(logins, 'rabbitmq-credentials'));
      work = worker(own, vhost);
      // the order that fits least: what is needed comes after what needs it
      refused = await declareMore(manifests.toReversed());
    });

    test('takes them all, in any order', () => {
      expect(refused).toEqual([]);
    });

    test('takes them a second time', async () => {
      expect(await declareMore(manifests)).toEqual([]);
    });

    test('keeps every queue on several nodes, as quorum queues', async () => {
      const all = await Promise.all(Object.values(queues).map(work.describe));
      expect(all.map((queue) => queueSchema.parse(queue).arguments['x-queue-type'])).toEqual(
        Object.values(queues).map(() => 'quorum'),
      );
    });

    test.each(['builds', 'services', 'results'] as const)(
      'keeps a message that is rejected in queue %s',
      async (use) => {
        await work.purge(queues.deadLetters);
        expect(await work.publish(queues[use], `rejected in ${use}`)).toMatchObject({ body: { routed: true } });
        expect(await work.take(queues[use], 'reject_requeue_false')).toHaveLength(1);
        const death = { queue: queues[use], reason: 'rejected' };
        const expected = { payload: `rejected in ${use}`, properties: { headers: { 'x-death': [death] } } };
        expect(await firstDeadLetter()).toMatchObject(expected);
        // it stays: read again, it is still there
        expect(await firstDeadLetter()).toMatchObject(expected);
      },
    );

    test('keeps a message that comes back too often', async () => {
      await work.purge(queues.deadLetters);
      await work.publish(queues.builds, 'poison');
      const deliveries: number[] = [];
      for (let delivery = 0; delivery <= limits.deliveries; delivery += 1) {
        const taken = await eventually(async () => {
          const messages = await work.take(queues.builds, 'reject_requeue_true');
          return messages.length > 0 && messages;
        });
        deliveries.push(taken.length);
      }
      expect(deliveries).toHaveLength(limits.deliveries + 1);
      const death = { queue: queues.builds, reason: 'delivery_limit' };
      expect(await firstDeadLetter()).toMatchObject({
        payload: 'poison',
        properties: { headers: { 'x-death': [death] } },
      });
    });

    test('fails a publish beyond the length of a queue instead of dropping a message', async () => {
      const shorter = manifests
        .filter(({ kind, metadata }) => kind === 'Policy' && metadata.name === 'knative-lambda-events')
        .map((policy) => shortened(policy, 3));
      expect(shorter).toHaveLength(1);
      expect(await declareMore(shorter)).toEqual([]);
      const accepted: string[] = [];
      const refusal = await eventually(
        async () => {
          const answer = await work.publish(queues.services, `message ${accepted.length}`);
          if (answer.status === 200) accepted.push('one');
          return answer.status !== 200 && answer;
        },
        { intervalMs: 100 },
      );
      expect(refusal).toMatchObject({ status: 400, body: { reason: expect.stringContaining('Check queue limits') } });
      expect(await declareMore(manifests)).toEqual([]);
      const [first] = await work.take(queues.services, 'ack_requeue_true');
      expect(first?.payload).toBe('message 0');
    });

    test('limits the queues that Knative makes, beside its own policy for their dead letters', async () => {
      const uid = '0f8fad5b-d9cb-469f-a165-70867728950e';
      const queue = `functions.hello-trigger.${uid}`;
      const dlx = `b.functions.lambda-broker.dlx.${uid}`;
      await own.request('PUT', pathOf('queues', vhost, queue), {
        durable: true,
        arguments: { 'x-queue-type': 'quorum' },
      });
      const policy = { pattern: `${uid}$`, 'apply-to': 'queues', definition: { 'dead-letter-exchange': dlx } };
      expect(await own.request('PUT', pathOf('policies', vhost, 'knative'), policy)).toMatchObject({ status: 201 });
      const described = await eventually(async () => {
        const found = z.looseObject({ policy: z.string().nullish() }).parse(await work.describe(queue));
        return found.policy === 'knative' && found;
      });
      expect(described).toMatchObject({
        operator_policy: 'knative-lambda-limits',
        effective_policy_definition: {
          'dead-letter-exchange': dlx,
          'max-length': limits.queueLength,
          'delivery-limit': limits.deliveries,
        },
      });
    });

    test('fails its user at everything outside the vhost', async () => {
      await rabbitmq.administrator.request('PUT', pathOf('vhosts', 'somebody-elses'), {});
      const attempts = [
        own.request('GET', pathOf('queues', 'somebody-elses')),
        own.request('PUT', pathOf('queues', 'somebody-elses', 'mine'), { durable: true }),
        worker(own, 'somebody-elses').publish('any', 'x'),
        own.request('PUT', pathOf('policies', 'somebody-elses', 'mine'), { pattern: '.*', definition: {} }),
        own.request('PUT', pathOf('vhosts', 'mine'), {}),
        own.request('PUT', pathOf('users', 'mine'), { password: 'x', tags: 'administrator' }),
        own.request('PUT', pathOf('operator-policies', vhost, 'mine'), { pattern: '.*', definition: {} }),
      ];
      const statuses = (await Promise.all(attempts)).map(({ status }) => status);
      expect(statuses.every((status) => status === 401 || status === 403)).toBe(true);
    });
  });

  test('keeps rejected messages also where all objects of an environment are declared at one moment', async () => {
    const environment = named('prd');
    const { vhost, queues } = environment.rabbitmq;
    const logins = generateLogins(environment);
    const broker = { administrator: rabbitmq.administrator, as: rabbitmq.as, logins };
    const work = worker(rabbitmq.as(loginOf(logins, 'rabbitmq-credentials')), vhost);
    const uses = ['builds', 'services', 'results'] as const;
    const kept: (readonly string[])[] = [];
    // RabbitMQ misses a policy now and then only, so one round would prove little
    for (let round = 0; round < 6; round += 1) {
      expect(await declareAll(broker, readManifests('prd'), 'at once')).toEqual([]);
      for (const use of uses) {
        await work.publish(queues[use], use);
        await work.take(queues[use], 'reject_requeue_false');
      }
      const letters: string[] = [];
      const isComplete = async (): Promise<boolean> => {
        const [letter] = await work.take(queues.deadLetters, 'ack_requeue_false');
        if (letter !== undefined) letters.push(letter.payload);
        return letters.length === uses.length;
      };
      await eventually(isComplete, { timeoutMs: 5000, intervalMs: 20 }).catch(() => undefined);
      kept.push(letters.toSorted());
      await rabbitmq.administrator.request('DELETE', pathOf('vhosts', vhost));
    }
    expect(kept).toEqual(kept.map(() => uses.toSorted()));
  });

  test('holds rejected messages back while the queue of dead letters is full', async () => {
    const environment = named('prd');
    const { vhost, queues } = environment.rabbitmq;
    const logins = generateLogins(environment);
    const broker = { administrator: rabbitmq.administrator, as: rabbitmq.as, logins };
    const work = worker(rabbitmq.as(loginOf(logins, 'rabbitmq-credentials')), vhost);
    const objects = readManifests('prd').map((object) =>
      object.metadata.name === 'knative-lambda-dead-letters' ? shortened(object, 1) : object,
    );
    expect(await declareAll(broker, objects)).toEqual([]);
    const rejected = ['one', 'two', 'three', 'four', 'five'];
    for (const payload of rejected) {
      await work.publish(queues.builds, payload);
      await work.take(queues.builds, 'reject_requeue_false');
    }
    const count = async (queue: string) => queueSchema.parse(await work.describe(queue));
    const held = await eventually(
      async () => {
        const [letters, builds] = [await count(queues.deadLetters), await count(queues.builds)];
        return letters.messages + builds.messages_dlx === rejected.length && builds.messages_dlx;
      },
      { intervalMs: 200 },
    );
    expect(held).toBeGreaterThan(0);
  });

  test('has no user guest, and needs none', async () => {
    const { body } = await rabbitmq.administrator.request('GET', '/users');
    const users = z.array(z.looseObject({ name: z.string() })).parse(body);
    expect(users.map((user) => user.name).toSorted()).toEqual([
      'administrator',
      ...['knative-lambda', 'knative-lambda-dev', 'knative-lambda-prd', 'knative-lambda-staging'].flatMap((user) => [
        user,
        `${user}-dead-letters`,
      ]),
    ]);
    const guest = rabbitmq.as({ username: 'guest', password: 'guest' });
    expect(await guest.request('GET', '/whoami')).toMatchObject({ status: 401 });
  });
});
