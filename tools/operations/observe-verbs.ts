import { names } from '../../charts/workloads.ts';
import { renderAlerts } from './alert-table.ts';
import { renderMetrics } from './metric-table.ts';
import { optional } from './variables.ts';
import { open, say, show, type Target, type Verb } from './verb.ts';

interface Forward {
  readonly name: string;
  readonly what: string;
  readonly service: (target: Target) => { readonly namespace: string; readonly name: string };
  readonly port: number;
  readonly localPort: number;
  /** What a person needs to know to use it. */
  readonly note?: (target: Target) => string;
}

/** Services as the chart kube-prometheus-stack names them for a release of that name. */
const prometheus = ({ environment }: Target) => ({
  namespace: environment.monitoring.namespace,
  name: 'kube-prometheus-stack-prometheus',
});
const grafana = ({ environment }: Target) => ({
  namespace: environment.monitoring.namespace,
  name: 'kube-prometheus-stack-grafana',
});
const broker = ({ environment }: Target) => ({
  namespace: environment.rabbitmq.namespace,
  name: environment.rabbitmq.cluster,
});

/** The RabbitMQ cluster operator generates these; there is no login guest. */
const loginNote = ({ environment }: Target): string => {
  const { cluster, namespace } = environment.rabbitmq;
  const read = (key: string): string =>
    `kubectl get secret ${cluster}-default-user --namespace ${namespace} -o 'go-template={{.data.${key} | base64decode}}'`;
  return `user: ${read('username')}\npassword: ${read('password')}`;
};

const forwards: readonly Forward[] = [
  { name: 'pf-prometheus', what: 'Prometheus', service: prometheus, port: 9090, localPort: 9090 },
  {
    name: 'pf-grafana',
    what: 'Grafana',
    service: grafana,
    port: 80,
    localPort: 3000,
    note: () => 'dashboard: http://localhost:3000/d/knative-lambda',
  },
  {
    name: 'pf-rabbitmq-admin',
    what: 'the management page of RabbitMQ',
    service: broker,
    port: 15672,
    localPort: 15672,
    note: loginNote,
  },
  { name: 'pf-rabbitmq', what: 'AMQP of RabbitMQ', service: broker, port: 5672, localPort: 5672, note: loginNote },
  {
    name: 'pf-builder',
    what: 'the CloudEvents API',
    service: ({ environment }) => ({
      namespace: environment.namespaces.control,
      name: environment.receiver.form === 'deployment' ? names.receiverDeployment : names.receiverKnativeService,
    }),
    port: 80,
    localPort: 8080,
  },
];

function toVerb({ name, what, service, port, localPort, note }: Forward): Verb {
  return {
    name,
    environment: 'variable',
    group: 'Observe',
    does: `forward ${what} to localhost:${localPort}`,
    variables: { PORT: `local port, ${localPort} unless given` },
    risk: 'reads',
    plan: (target) => {
      const { namespace, name: serviceName } = service(target);
      const local = optional(target.variables, 'PORT', String(localPort));
      return {
        steps: [
          say(`${what}: localhost:${local}, ctrl-C ends it`),
          ...(note === undefined ? [] : [say(note(target))]),
          open('port-forward', '--namespace', namespace, `service/${serviceName}`, `${local}:${port}`),
        ],
      };
    },
  };
}

/** A page of a Service, read through the API server: no port is opened here. */
const readPage = (namespace: string, service: string, path: string): readonly string[] => [
  'get',
  '--raw',
  `/api/v1/namespaces/${namespace}/services/${service}/proxy/${path}`,
];

/** Verbs that look and change nothing. */
export const observeVerbs: readonly Verb[] = [
  {
    name: 'metrics',
    environment: 'variable',
    group: 'Observe',
    does: 'print what the operator measures now',
    risk: 'reads',
    plan: ({ environment }) => ({
      steps: [
        {
          kind: 'table',
          args: readPage(environment.namespaces.control, `${names.operator}:metrics`, 'metrics'),
          render: renderMetrics,
        },
      ],
    }),
  },
  {
    name: 'alerts',
    environment: 'variable',
    group: 'Observe',
    does: 'print the alerts of an environment that are pending or firing, worst first',
    risk: 'reads',
    plan: (target) => {
      const { namespace, name } = prometheus(target);
      const args = readPage(namespace, `${name}:9090`, 'api/v1/alerts');
      return { steps: [{ kind: 'table', args, render: renderAlerts(target.environment.name) }] };
    },
  },
  {
    name: 'logs',
    environment: 'variable',
    group: 'Observe',
    does: 'print the last lines of operator and receiver',
    variables: { LINES: 'how many lines of each container, 100 unless given' },
    risk: 'reads',
    plan: ({ environment, variables }) => ({
      steps: [`app.kubernetes.io/name=${names.operator}`, `app.kubernetes.io/component=lambda-receiver`].map(
        (selector) =>
          show(
            'logs',
            '--namespace',
            environment.namespaces.control,
            '--selector',
            selector,
            '--all-containers',
            '--prefix',
            '--tail',
            optional(variables, 'LINES', '100'),
          ),
      ),
    }),
  },
  ...forwards.map(toVerb),
];
