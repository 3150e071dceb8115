import type { Chart } from 'cdk8s';
import type { Environment } from '../stacks/index.ts';
import { Binding, Exchange, Permission, Policy, Queue, User } from './imports/rabbitmq.ts';
import { administratorReference, connectionReference } from './rabbitmq.ts';
import { names } from './workloads.ts';

/** Names and key under which published tools look for dead letters. */
const deadLetters = { exchange: 'lambda-dlq-exchange', routingKey: 'lambda.dlq', object: 'lambda-dlq-dlq' } as const;

/**
 * What keeps a queue from losing messages is part of its declaration as well as of its policy. RabbitMQ can miss a policy
 * that is made at the very moment at which a queue is declared, as the topology operator may do (docs/decisions/0007).
 */
const neverLose = {
  'x-dead-letter-exchange': deadLetters.exchange,
  'x-dead-letter-routing-key': deadLetters.routingKey,
  // a full dead-letter queue holds messages back instead of losing them
  'x-dead-letter-strategy': 'at-least-once',
  'x-overflow': 'reject-publish',
} as const;

const dayMs = 86_400_000;

/** The named queues, and where RabbitMQ itself puts what they reject or deliver too often. */
export function addQueues(chart: Chart, environment: Environment): void {
  addEventQueues(chart, environment);
  addDeadLetters(chart, environment);
  addDeadLetterReader(chart, environment);
}

function addEventQueues(chart: Chart, environment: Environment): void {
  const { namespaces, rabbitmq } = environment;
  const { deadLetters: _, ...queues } = rabbitmq.queues;
  const declared = declaredIn(environment);
  for (const [use, name] of Object.entries(queues)) {
    new Queue(chart, `queue-${use}`, {
      metadata: { name: `knative-lambda-${use.toLowerCase()}`, namespace: namespaces.control },
      spec: { name, type: 'quorum', durable: true, arguments: neverLose, ...declared },
    });
  }
  const name = 'knative-lambda-events';
  new Policy(chart, 'events', {
    metadata: { name, namespace: namespaces.control },
    spec: {
      name,
      pattern: exactly(Object.values(queues)),
      applyTo: 'queues',
      definition: {
        'max-length': rabbitmq.limits.queueLength,
        overflow: 'reject-publish',
        'delivery-limit': rabbitmq.limits.deliveries,
        'dead-letter-exchange': deadLetters.exchange,
        'dead-letter-routing-key': deadLetters.routingKey,
        'dead-letter-strategy': 'at-least-once',
      },
      ...declared,
    },
  });
}

function addDeadLetters(chart: Chart, environment: Environment): void {
  const { namespaces, rabbitmq } = environment;
  const { limits, queues } = rabbitmq;
  const metadata = (name: string) => ({ name, namespace: namespaces.control });
  const declared = declaredIn(environment);
  new Queue(chart, 'dead-letter-queue', {
    metadata: metadata(`${deadLetters.object}-queue`),
    spec: { name: queues.deadLetters, type: 'quorum', durable: true, ...declared },
  });
  new Exchange(chart, 'dead-letter-exchange', {
    metadata: metadata(`${deadLetters.object}-exchange`),
    spec: { name: deadLetters.exchange, type: 'topic', durable: true, ...declared },
  });
  new Binding(chart, 'dead-letter-binding', {
    metadata: metadata(`${deadLetters.object}-binding`),
    spec: {
      source: deadLetters.exchange,
      destination: queues.deadLetters,
      destinationType: 'queue',
      routingKey: `${deadLetters.routingKey}.#`,
      ...declared,
    },
  });
  const name = 'knative-lambda-dead-letters';
  new Policy(chart, 'dead-letters', {
    metadata: metadata(name),
    spec: {
      name,
      pattern: exactly([queues.deadLetters]),
      applyTo: 'queues',
      definition: {
        'max-length': limits.deadLetters,
        overflow: 'reject-publish',
        'message-ttl': limits.deadLetterDays * dayMs,
      },
      ...declared,
    },
  });
}

/** Who empties the dead-letter queue: it reads that one, and declares and publishes nothing. */
function addDeadLetterReader(chart: Chart, environment: Environment): void {
  const { namespaces, rabbitmq } = environment;
  const metadata = { name: names.deadLetterLogin, namespace: namespaces.control };
  const rabbitmqClusterReference = administratorReference(environment);
  new User(chart, 'dead-letter-reader', {
    metadata,
    spec: { tags: [], importCredentialsSecret: { name: names.deadLetterLogin }, rabbitmqClusterReference },
  });
  new Permission(chart, 'dead-letter-permission', {
    metadata,
    spec: {
      vhost: rabbitmq.vhost,
      userReference: { name: metadata.name },
      permissions: { configure: '^$', write: '^$', read: exactly([rabbitmq.queues.deadLetters]) },
      rabbitmqClusterReference,
    },
  });
}

function declaredIn(environment: Environment) {
  return { vhost: environment.rabbitmq.vhost, rabbitmqClusterReference: connectionReference(environment) };
}

function exactly(queues: readonly string[]): string {
  return `^(${queues.map((name) => name.replaceAll('.', String.raw`\.`)).join('|')})$`;
}
