import { ConfigurationError, type Environment } from '../../stacks/index.ts';
import { parseQueues, type QueueDepth, renderQueues } from './queue-table.ts';
import { change, type Plan, say, show, type Target, type Verb } from './verb.ts';

/** The broker's own command line, in its first pod; it needs no login. */
const rabbitmqctl = ({ rabbitmq }: Environment, ...args: readonly string[]): readonly string[] => [
  'exec',
  '--namespace',
  rabbitmq.namespace,
  `statefulset/${rabbitmq.cluster}-server`,
  '--container',
  'rabbitmq',
  '--',
  'rabbitmqctl',
  '--silent',
  ...args,
];

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

function planStatus({ environment }: Target): Plan {
  const { cluster, namespace } = environment.rabbitmq;
  const control = ['--namespace', environment.namespaces.control] as const;
  return {
    steps: [
      show('get', 'rabbitmqclusters.rabbitmq.com', cluster, '--namespace', namespace),
      show('get', 'vhosts.rabbitmq.com,queues.rabbitmq.com,policies.rabbitmq.com', ...control),
      { kind: 'table', args: listQueues(environment), render: (text) => renderQueues(parseQueues(text)) },
    ],
  };
}

/** @throws ConfigurationError when the broker does not answer */
async function readDepths({ environment, look }: Target): Promise<readonly QueueDepth[]> {
  const answer = await look(listQueues(environment));
  if (answer !== undefined) return parseQueues(answer);
  const { cluster, namespace, vhost } = environment.rabbitmq;
  throw new ConfigurationError([
    `broker ${cluster} in ${namespace}: got no answer, allowed a list of the queues of ${vhost}; nothing was changed, look with make rabbitmq-status ENV=${environment.name}`,
  ]);
}

interface Purge {
  /** Names of the queues that go. */
  readonly choose: (target: Target) => Promise<readonly string[]>;
  readonly warning: string;
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
      warnings: [`${total} messages are lost for good`, warning],
      steps: filled.map(({ name }) =>
        change(`purged ${name}`, rabbitmqctl(environment, '--vhost', environment.rabbitmq.vhost, 'purge_queue', name)),
      ),
    };
  };

const purgeEvents = planPurge({
  choose: async ({ environment }) => {
    const { builds, services, results } = environment.rabbitmq.queues;
    return [builds, services, results];
  },
  warning: 'they are events that nobody has handled yet: more receivers may be the better answer (make scale-builder)',
});

/** Object that declares the queue of dead letters; the queue's own name differs between environments. */
const deadLetterQueue = ['get', 'queues.rabbitmq.com', 'lambda-dlq-dlq-queue'] as const;

const purgeDeadLetters = planPurge({
  choose: async ({ environment, look }) => {
    const namespace = environment.namespaces.control;
    const name = await look([...deadLetterQueue, '--namespace', namespace, '-o', 'jsonpath={.spec.name}']);
    if (name !== undefined && name !== '') return [name];
    throw new ConfigurationError([
      `queue of dead letters: got no Queue lambda-dlq-dlq-queue in ${namespace}, allowed a cluster that declares it; nothing was changed`,
    ]);
  },
  warning:
    'replay them instead if their function can handle them now: make pf-rabbitmq-admin, page of the queue, Get messages and Publish',
});

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
    name: 'rabbitmq-purge-dead-letters',
    environment: 'suffix',
    group: 'Queues and builds',
    does: 'throw away the events that nobody could handle',
    risk: 'destroys',
    plan: purgeDeadLetters,
  },
];
