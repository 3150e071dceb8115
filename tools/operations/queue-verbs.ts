import { ConfigurationError, type Environment } from '../../stacks/index.ts';
import { parseQueues, type QueueDepth, renderQueues } from './queue-table.ts';
import { anyOf, required } from './variables.ts';
import { change, type Plan, say, show, type Step, type Target, type Verb } from './verb.ts';

/** A program of the broker in one of its pods; it needs no login. */
const inBroker = ({ rabbitmq }: Environment, ...command: readonly string[]): readonly string[] => [
  'exec',
  '--namespace',
  rabbitmq.namespace,
  `statefulset/${rabbitmq.cluster}-server`,
  '--container',
  'rabbitmq',
  '--',
  ...command,
];

const rabbitmqctl = (environment: Environment, ...args: readonly string[]): readonly string[] =>
  inBroker(environment, 'rabbitmqctl', '--silent', ...args);

const listQueues = (environment: Environment): readonly string[] =>
  rabbitmqctl(
    environment,
    '--vhost',
    environment.rabbitmq.vhost,
    '--formatter',
    'json',
    'list_queues',
    'name',
    'messages',
    'consumers',
  );

const showDepths = (environment: Environment): Step => ({
  kind: 'table',
  args: listQueues(environment),
  render: (text) => renderQueues(parseQueues(text)),
});

const eventQueues = ({ rabbitmq }: Environment): readonly string[] => {
  const { builds, services, results } = rabbitmq.queues;
  return [builds, services, results];
};

function planStatus({ environment }: Target): Plan {
  const { cluster, namespace } = environment.rabbitmq;
  const control = ['--namespace', environment.namespaces.control] as const;
  return {
    steps: [
      show('get', 'rabbitmqclusters.rabbitmq.com', cluster, '--namespace', namespace),
      show('get', 'vhosts.rabbitmq.com,queues.rabbitmq.com,policies.rabbitmq.com', ...control),
      showDepths(environment),
    ],
  };
}

const readDepths = async ({ environment, look }: Target): Promise<readonly QueueDepth[]> =>
  parseQueues(await look(listQueues(environment)));

interface Purge {
  /** Names of the queues that go. */
  readonly choose: (target: Target) => Promise<readonly string[]>;
  readonly warning: (environment: Environment) => string;
}

const planPurge =
  ({ choose, warning }: Purge) =>
  async (target: Target): Promise<Plan> => {
    const { environment } = target;
    const chosen = await choose(target);
    const queues = (await readDepths(target)).filter(({ name }) => chosen.includes(name));
    const filled = queues.filter(({ messages }) => messages > 0);
    if (filled.length === 0) return { steps: [say(`${renderQueues(queues)}there is nothing to purge`)] };
    const total = filled.reduce((sum, { messages }) => sum + messages, 0);
    return {
      before: [say(renderQueues(queues))],
      warnings: [`${total} messages are lost for good`, warning(environment)],
      steps: filled.map(({ name }) =>
        change(`purged ${name}`, rabbitmqctl(environment, '--vhost', environment.rabbitmq.vhost, 'purge_queue', name)),
      ),
    };
  };

const purgeEvents = planPurge({
  choose: async ({ environment }) => eventQueues(environment),
  warning: () =>
    'they are events that nobody has handled yet: more receivers may be the better answer (make scale-builder)',
});

/** Object that declares the queue of dead letters; the queue's own name differs between environments. */
const deadLetterQueue = ['get', 'queues.rabbitmq.com', 'lambda-dlq-dlq-queue', '--ignore-not-found'] as const;

/** @throws ConfigurationError when the cluster declares no such queue */
async function findDeadLetters({ environment, look }: Target): Promise<string> {
  const namespace = environment.namespaces.control;
  const name = await look([...deadLetterQueue, '--namespace', namespace, '-o', 'jsonpath={.spec.name}']);
  if (name !== '') return name;
  throw new ConfigurationError([
    `queue of dead letters: got no Queue lambda-dlq-dlq-queue in ${namespace}, allowed a cluster that declares it; nothing was changed`,
  ]);
}

const purgeDeadLetters = planPurge({
  choose: async (target) => [await findDeadLetters(target)],
  warning: ({ name }) =>
    `if they can be handled now, replay them instead: make rabbitmq-replay-dead-letters-${name} QUEUE=name`,
});

const shovel = 'replay-dead-letters';

/** A shovel of RabbitMQ moves as many messages as there are now, and removes itself. */
async function planReplay(target: Target): Promise<Plan> {
  const { environment, variables } = target;
  const { vhost } = environment.rabbitmq;
  const queues = eventQueues(environment);
  const queue = required(variables, 'QUEUE', { pattern: anyOf(queues), text: queues.join(', ') });
  const deadLetters = await findDeadLetters(target);
  const depth = (await readDepths(target)).filter(({ name }) => name === deadLetters);
  if (depth.every(({ messages }) => messages === 0)) {
    return { steps: [say(`${renderQueues(depth)}there is nothing to replay`)] };
  }
  const uri = `amqp:///${encodeURIComponent(vhost)}`;
  const definition = {
    'src-protocol': 'amqp091',
    'src-uri': uri,
    'src-queue': deadLetters,
    'src-delete-after': 'queue-length',
    'dest-protocol': 'amqp091',
    'dest-uri': uri,
    'dest-queue': queue,
    'ack-mode': 'on-confirm',
  };
  const onVhost = ['--vhost', vhost] as const;
  return {
    before: [say(renderQueues(depth))],
    warnings: [`all of them go to ${queue}, whichever queue they came from; what fails again comes back`],
    steps: [
      change(
        'enabled the plugin rabbitmq_shovel',
        inBroker(environment, 'rabbitmq-plugins', '--silent', 'enable', 'rabbitmq_shovel'),
        { undo: inBroker(environment, 'rabbitmq-plugins', '--silent', 'disable', 'rabbitmq_shovel') },
      ),
      change(
        `began to move dead letters to ${queue}`,
        rabbitmqctl(environment, ...onVhost, 'set_parameter', 'shovel', shovel, JSON.stringify(definition)),
        { undo: rabbitmqctl(environment, ...onVhost, 'clear_parameter', 'shovel', shovel) },
      ),
      showDepths(environment),
    ],
  };
}

/** Verbs of the event broker. */
export const queueVerbs: readonly Verb[] = [
  {
    name: 'rabbitmq-status',
    environment: 'variable',
    group: 'Queues and builds',
    does: 'show the broker, what is declared on it, and how deep its queues are',
    risk: 'reads',
    plan: planStatus,
  },
  {
    name: 'rabbitmq-purge-lambda-queues',
    environment: 'suffix',
    group: 'Queues and builds',
    does: 'throw away the events that wait in the queues of an environment',
    risk: 'destroys',
    plan: purgeEvents,
  },
  {
    name: 'rabbitmq-replay-dead-letters',
    environment: 'suffix',
    group: 'Queues and builds',
    does: 'send the events that nobody could handle to a queue again',
    variables: { QUEUE: 'name of the queue' },
    risk: 'changes',
    plan: planReplay,
  },
  {
    name: 'rabbitmq-purge-dead-letters',
    environment: 'suffix',
    group: 'Queues and builds',
    does: 'throw away the events that nobody could handle',
    risk: 'destroys',
    plan: purgeDeadLetters,
  },
];
