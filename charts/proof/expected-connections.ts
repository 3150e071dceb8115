import { labels } from '../../operator/api/index.ts';
import type { Environment } from '../../stacks/index.ts';
import { knativeServiceLabel, names } from '../workloads.ts';
import type { AddressEnd, Connection, End, PodEnd } from './network-policy.ts';

/** A connection that the policies of an environment must let through, or must not. */
export interface ExpectedConnection {
  readonly what: string;
  readonly expected: 'open' | 'closed';
  readonly connection: Connection;
}

type Row = readonly [what: string, from: End, to: End, port: number, protocol?: 'UDP'];

const toExpected =
  (expected: 'open' | 'closed') =>
  ([what, from, to, port, protocol]: Row): ExpectedConnection => ({
    what,
    expected,
    connection: { from, to, port, protocol: protocol ?? 'TCP' },
  });

const pod = (namespace: string, podLabels: Readonly<Record<string, string>> = {}): PodEnd => ({
  kind: 'pod',
  namespace,
  labels: podLabels,
});

const address = (value: string): AddressEnd => ({ kind: 'address', address: value });

/** An address of TEST-NET-3, which stands for any public one. */
const publicAddress = address('203.0.113.7');
const metadataAddress = address('169.254.169.254');
const strange = pod('somebody-elses-namespace', { app: 'stranger' });

const brokerRole = 'eventing.knative.dev/brokerRole';

/** Pods as they run, with the labels that Deployments, Knative and the operator give them. */
function runningPods({ namespaces, rabbitmq, receiver }: Environment) {
  const [functions = namespaces.control] = namespaces.functions;
  return {
    operator: pod(namespaces.control, { [labels.appName]: names.operator }),
    receiver: pod(
      namespaces.control,
      receiver.form === 'deployment'
        ? { app: names.receiverDeployment }
        : { [knativeServiceLabel]: names.receiverKnativeService, [labels.appComponent]: 'lambda-receiver' },
    ),
    lambda: pod(functions, { [labels.appComponent]: 'lambda', [knativeServiceLabel]: 'hello-python' }),
    agent: pod(functions, { [labels.appComponent]: 'agent', [knativeServiceLabel]: 'agent-bruno' }),
    uploads: pod(namespaces.control, { [labels.appName]: names.uploads }),
    broker: pod(rabbitmq.namespace, { [labels.appName]: rabbitmq.cluster }),
    ingress: pod(functions, { [brokerRole]: 'ingress' }),
    dispatcher: pod(functions, { [brokerRole]: 'dispatcher' }),
    deadLetterDispatcher: pod(functions, { [brokerRole]: 'dispatcher-dlq' }),
    runner: pod(functions, { app: 'k6', runner: 'true' }),
    build: pod(functions, { [labels.build]: 'true', [labels.owner]: 'hello-python' }),
  };
}

/** The connections of an environment that its users rely on, and those that would harm them. */
export function expectedConnections(environment: Environment): readonly ExpectedConnection[] {
  return [...openRows(environment).map(toExpected('open')), ...closedRows(environment).map(toExpected('closed'))];
}

const firstAddress = (cidr: string | undefined): AddressEnd => address((cidr ?? '0.0.0.0').split('/')[0] ?? '0.0.0.0');

function openRows(environment: Environment): readonly Row[] {
  const { cluster, monitoring, receiver: form } = environment;
  const { operator, receiver, lambda, agent, build, broker } = runningPods(environment);
  const apiServer = firstAddress(cluster.apiServer.cidrs[0]);
  const [apiPort = 443] = cluster.apiServer.ports;
  const node = firstAddress(cluster.nodeCidrs[0]);
  const entry = form.form === 'deployment' ? 8080 : 8012;
  return [
    ['DNS over UDP from the operator', operator, pod('kube-system'), 53, 'UDP'],
    ['DNS over TCP from a function', lambda, pod('kube-system'), 53],
    ['DNS over UDP from a build', build, pod('kube-system'), 53, 'UDP'],
    ['the operator to the API server', operator, apiServer, apiPort],
    ['the receiver to the API server', receiver, apiServer, apiPort],
    ['Prometheus to the operator', pod(monitoring.namespace), operator, 8080],
    ['Prometheus to the receiver', pod(monitoring.namespace), receiver, 8080],
    ['Prometheus to a function', pod(monitoring.namespace), lambda, 8080],
    ['Prometheus to the figures of a function beside it', pod(monitoring.namespace), lambda, 9091],
    ['Prometheus to an agent', pod(monitoring.namespace), agent, 8080],
    ['kubelet probes of the operator', node, operator, 8081],
    ['kubelet probes of the receiver', node, receiver, entry],
    ['kubelet probes of a function', node, lambda, 8012],
    ['traces of the operator', operator, pod(monitoring.tracesNamespace), 4318],
    ['traces of a function', lambda, pod(monitoring.tracesNamespace), 4317],
    ['the receiver to the broker', receiver, broker, 5672],
    ['the receiver to Slack', receiver, publicAddress, 443],
    ['a supervised agent to the receiver', agent, receiverEntry(environment), 8080],
    ['Knative to the receiver', pod('knative-serving'), receiver, entry],
    ['Knative to a function', pod('knative-serving'), lambda, 8012],
    ['Knative to an agent', pod('knative-serving'), agent, 8012],
    ['the autoscaler to a function', pod('knative-serving'), lambda, 9090],
    ['an agent to a function through the gateway', agent, pod('knative-serving'), 8012],
    ['an agent to a public model', agent, publicAddress, 443],
    ['an agent to a model in the cluster', agent, pod('ollama'), 11434],
    ['the operator to a model in the cluster', operator, pod('ollama'), 11434],
    ['the receiver to a function through the gateway', receiver, pod('kourier-system'), 8081],
    ...agentApiRows(environment, 'open'),
    ['a build to source and packages', build, publicAddress, 443],
    ...eventRows(environment),
    ...meshRows(environment),
    ...storageRows(environment),
    ...ingressRows(environment),
    ...loadTestRows(environment),
    ...rolloutRows(environment),
  ];
}

/** Where requests to the receiver arrive. */
function receiverEntry(environment: Environment): PodEnd {
  return environment.receiver.form === 'deployment' ? runningPods(environment).receiver : pod('kourier-system');
}

function eventRows(environment: Environment): readonly Row[] {
  const { operator, receiver, lambda, agent, broker, ingress, dispatcher, deadLetterDispatcher } =
    runningPods(environment);
  const gateway = pod('kourier-system');
  const atReceiver = receiverEntry(environment);
  return [
    ['events of a function', lambda, ingress, 8080],
    ['events of an agent', agent, ingress, 8080],
    ['events of the receiver', receiver, ingress, 8080],
    ['events of the operator', operator, ingress, 8080],
    ['replies of a function', dispatcher, ingress, 8080],
    ['a dispatcher to a function through the gateway', dispatcher, gateway, 8081],
    ...(environment.monitoring.alerts === 'none'
      ? []
      : [['alerts to the receiver', pod(environment.monitoring.namespace), atReceiver, 8080] as const]),
    ['commands to the receiver', dispatcher, atReceiver, 8080],
    ['dead letters to the receiver', deadLetterDispatcher, atReceiver, 8080],
    ['a broker ingress to the broker', ingress, broker, 5672],
    ['a dispatcher to the broker', dispatcher, broker, 5672],
    ['a dead-letter dispatcher to the broker', deadLetterDispatcher, broker, 5672],
    ['kubelet probes of a broker ingress', firstAddress(environment.cluster.nodeCidrs[0]), ingress, 8080],
    ['Prometheus to a broker ingress', pod(environment.monitoring.namespace), ingress, 9090],
    ['Prometheus to a dispatcher', pod(environment.monitoring.namespace), dispatcher, 9090],
    ...(environment.rabbitmq.owned
      ? [['Prometheus to the broker', pod(environment.monitoring.namespace), broker, 15692] as const]
      : []),
  ];
}

function meshRows(environment: Environment): readonly Row[] {
  const { operator, lambda } = runningPods(environment);
  return environment.mesh.injected
    ? [
        ['a mesh proxy to its control plane', operator, pod('linkerd'), 8086],
        ['metrics of a mesh proxy', pod('linkerd-viz'), lambda, 4191],
        ['a meshed peer to the proxy of a function', pod('knative-serving'), lambda, 4143],
      ]
    : [];
}

function storageRows(environment: Environment): readonly Row[] {
  const { cloud, cluster, codeStore, imageRegistry } = environment;
  const { operator, receiver, uploads, build } = runningPods(environment);
  return [
    ...(cloud === undefined
      ? []
      : ([
          ['the operator to AWS', operator, publicAddress, 443],
          ['the receiver to AWS', receiver, publicAddress, 443],
        ] satisfies Row[])),
    ...(cloud?.endpoints === undefined
      ? []
      : ([
          ['the operator to ECR inside the VPC', operator, firstAddress(cloud.endpoints.cidrs[0]), 443],
          ['a build to ECR inside the VPC', build, firstAddress(cloud.endpoints.cidrs[0]), 443],
        ] satisfies Row[])),
    ...(codeStore.kind === 's3'
      ? ([
          ['the reader of uploads to its queue', uploads, publicAddress, 443],
          ['uploads to the receiver', uploads, receiverEntry(environment), 8080],
        ] satisfies Row[])
      : []),
    ...(codeStore.kind === 'minio'
      ? ([
          ['a build to MinIO', build, pod(codeStore.namespace), 9000],
          ['the receiver to MinIO', receiver, pod(codeStore.namespace), 9000],
        ] satisfies Row[])
      : []),
    ...(imageRegistry.kind === 'registry'
      ? ([['a build to the registry', build, firstAddress(cluster.nodeCidrs[0]), 5000]] satisfies Row[])
      : []),
  ];
}

function loadTestRows(environment: Environment): readonly Row[] {
  const { cluster, loadTests, monitoring, receiver: form } = environment;
  const { operator, receiver, runner } = runningPods(environment);
  const [apiPort = 443] = cluster.apiServer.ports;
  return loadTests === 'none'
    ? []
    : [
        ['a load test to the operator', runner, operator, 8081],
        ['a load test to the API server', runner, firstAddress(cluster.apiServer.cidrs[0]), apiPort],
        ['a load test to functions through the gateway', runner, pod('kourier-system'), 8081],
        ['results of a load test', runner, pod(monitoring.namespace), 9090],
        ['k6-operator to a load test', pod('k6-operator'), runner, 6565],
        ...(form.form === 'deployment'
          ? ([['a load test to the receiver', runner, receiver, 8080]] satisfies Row[])
          : []),
      ];
}

function ingressRows(environment: Environment): readonly Row[] {
  const ingress = environment.receiver.form === 'deployment' ? environment.receiver.ingress : undefined;
  const { receiver } = runningPods(environment);
  switch (ingress?.controller) {
    case 'alb':
      return [['the load balancer to the receiver', firstAddress(ingress.sourceCidrs[0]), receiver, 8080]];
    case 'nginx':
      return [['the ingress controller to the receiver', pod(ingress.namespace), receiver, 8080]];
    case undefined:
      return [];
  }
}

/** What a canary of the receiver and one of the controller need beside the pods that they stand beside. */
function rolloutRows(environment: Environment): readonly Row[] {
  const { cluster, monitoring, namespaces, operator, rollout } = environment;
  const { receiver } = runningPods(environment);
  const controller = pod(namespaces.control, { [labels.appName]: names.operatorCanary });
  const [apiPort = 443] = cluster.apiServer.ports;
  return [
    ...(rollout.canary === 'none'
      ? []
      : ([['load tests of a canary', pod(rollout.loadTester.namespace), receiver, 8080]] satisfies Row[])),
    ...(operator.canary === undefined
      ? []
      : ([
          ['the second controller to the API server', controller, firstAddress(cluster.apiServer.cidrs[0]), apiPort],
          ['Prometheus to the second controller', pod(monitoring.namespace), controller, 8080],
          ['kubelet probes of the second controller', firstAddress(cluster.nodeCidrs[0]), controller, 8081],
        ] satisfies Row[])),
  ];
}

/** An agent reaches the API server where some may have rights there. */
function agentApiRows(environment: Environment, expected: 'open' | 'closed'): readonly Row[] {
  const { apiServer } = environment.cluster;
  const isOpen = environment.features.agentTiers.length > 0;
  const { agent } = runningPods(environment);
  return isOpen === (expected === 'open')
    ? [['an agent to the API server', agent, firstAddress(apiServer.cidrs[0]), apiServer.ports[0] ?? 443]]
    : [];
}

function closedRows(environment: Environment): readonly Row[] {
  const { operator, receiver, uploads, lambda, agent, build, broker, ingress, dispatcher, runner } =
    runningPods(environment);
  const apiServer = firstAddress(environment.cluster.apiServer.cidrs[0]);
  const [apiPort = 443] = environment.cluster.apiServer.ports;
  return [
    ['another namespace to the operator', strange, operator, 8080],
    ['another namespace to the receiver', strange, receiver, 8080],
    ['another namespace to a function', strange, lambda, 8080],
    ['a function to the operator', lambda, operator, 8080],
    ['a function to another namespace', lambda, strange, 8080],
    ['a function to the API server', lambda, apiServer, apiPort],
    ...agentApiRows(environment, 'closed'),
    ['a build to the API server', build, apiServer, apiPort],
    ['a build to a function', build, lambda, 8080],
    ['a function to a build', lambda, build, 8080],
    ['an agent to the pod of a function, past the gateway', agent, lambda, 8080],
    ['anybody to a build', strange, build, 8080],
    ['the operator to the metadata address', operator, metadataAddress, 80],
    ['a function to the metadata address', lambda, metadataAddress, 80],
    ['a build to the metadata address', build, metadataAddress, 80],
    ['a function to the broker, past its ingress', lambda, broker, 5672],
    ['another namespace to a broker ingress', strange, ingress, 8080],
    ['a function to a dispatcher', lambda, dispatcher, 8080],
    ['a dispatcher to a function, past the gateway', dispatcher, lambda, 8080],
    ['a broker ingress to the API server', ingress, apiServer, apiPort],
    ['the reader of uploads to the API server', uploads, apiServer, apiPort],
    ['another pod to the reader of uploads', receiver, uploads, 8080],
    ['a dispatcher to the public', dispatcher, publicAddress, 443],
    ['a function to a load test', lambda, runner, 6565],
    ['a load test to the pod of a function, past the gateway', runner, lambda, 8080],
    ['a load test to the public', runner, publicAddress, 443],
    ['the public to the operator', publicAddress, operator, 8080],
    ['the public to a function', publicAddress, lambda, 8080],
  ];
}
