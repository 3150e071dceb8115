import type { Environment } from '../stacks/index.ts';
import { addresses, type Flow, inNamespaces, internet, type Peer, pods, tcp } from './flow.ts';
import type { Ingress } from './receiver-ingress.ts';
import { brokerPods, functionPods, names, receiverPods } from './workloads.ts';

export const receiverPort = 8080;

/** Ports of queue-proxy: requests over HTTP/1, HTTP/2 and TLS, and its own metrics for autoscaler and Prometheus. */
export const queueProxyPorts = { requests: [8012, 8013, 8112], autoscalerMetrics: 9090, userMetrics: 9091 } as const;

/** Namespaces that send requests to pods of Knative Services: activator, autoscaler and ingress gateway. */
export const knativeNamespaces = [names.servingNamespace, names.gatewayNamespace] as const;

export function receiverFlows(environment: Environment): readonly Flow[] {
  const { cluster, monitoring, receiver } = environment;
  const api = pods(receiverPods(environment));
  const entry = receiver.form === 'deployment' ? deploymentEntry(environment) : knativeEntry(environment);
  return [
    {
      why: 'write LambdaFunctions through the Kubernetes API',
      from: api,
      to: addresses(cluster.apiServer.cidrs),
      ports: tcp(...cluster.apiServer.ports),
    },
    { why: 'empty the dead-letter queue', from: api, to: brokerNodes(environment), ports: tcp(5672) },
    { why: 'traces', from: api, to: inNamespaces(monitoring.tracesNamespace), ports: tcp(4317, 4318) },
    deadLetterFlow(environment, api),
    ...approvalFlows(api),
    ...classifierFlows(environment, api),
    ...entry,
  ];
}

/** Pods of the broker where the environment owns them, else the namespace in which it is shared. */
export function brokerNodes(environment: Environment): Peer {
  const owned = brokerPods(environment);
  return owned === undefined ? inNamespaces(environment.rabbitmq.namespace) : pods(owned);
}

function deadLetterFlow({ codeStore }: Environment, from: Peer): Flow {
  const why = 'dead letters in the code bucket';
  return codeStore.kind === 's3'
    ? { why, from, to: internet, ports: tcp(443) }
    : { why, from, to: inNamespaces(codeStore.namespace), ports: tcp(9000) };
}

/** Those who approve what agents send: Slack and other services outside, and functions. */
function approvalFlows(from: Peer): readonly Flow[] {
  return [
    { why: 'ask for approval outside the cluster', from, to: internet, ports: tcp(443) },
    {
      why: 'call functions and agents, those that approve among them, through the Knative gateway',
      from,
      to: inNamespaces(...knativeNamespaces),
      ports: tcp(8012, 8080, 8081),
    },
  ];
}

function classifierFlows({ receiver: { classifier } }: Environment, from: Peer): readonly Flow[] {
  if (classifier === undefined) return [];
  const { namespace, port } = classifier;
  return [{ why: 'ask the classifier of intents', from, to: inNamespaces(namespace), ports: tcp(port) }];
}

function deploymentEntry(environment: Environment): readonly Flow[] {
  const { cluster, monitoring, receiver } = environment;
  const api = pods(receiverPods(environment));
  const ingress = receiver.form === 'deployment' ? receiver.ingress : undefined;
  const outside: readonly Flow[] =
    ingress === undefined
      ? []
      : [{ why: 'requests from outside', from: ingressPeer(ingress), to: api, ports: tcp(receiverPort) }];
  return [
    {
      why: 'events that Knative delivers',
      from: inNamespaces(...knativeNamespaces),
      to: api,
      ports: tcp(receiverPort),
    },
    {
      why: 'what supervised agents send, and what agents with a budget use',
      from: pods(functionPods(environment)),
      to: api,
      ports: tcp(receiverPort),
    },
    {
      why: 'Prometheus scrapes metrics, and Alertmanager tells of alerts',
      from: inNamespaces(monitoring.namespace),
      to: api,
      ports: tcp(receiverPort),
    },
    { why: 'kubelet probes', from: addresses(cluster.nodeCidrs), to: api, ports: tcp(receiverPort) },
    ...outside,
  ];
}

function ingressPeer(ingress: Ingress): Peer {
  switch (ingress.controller) {
    case 'alb':
      return addresses(ingress.sourceCidrs);
    case 'nginx':
      return inNamespaces(ingress.namespace);
  }
}

function knativeEntry(environment: Environment): readonly Flow[] {
  const { cluster, monitoring } = environment;
  const api = pods(receiverPods(environment));
  return [
    {
      why: 'requests and scaling figures of Knative',
      from: inNamespaces(...knativeNamespaces),
      to: api,
      ports: tcp(...queueProxyPorts.requests, queueProxyPorts.autoscalerMetrics),
    },
    {
      why: 'Prometheus scrapes metrics',
      from: inNamespaces(monitoring.namespace),
      to: api,
      ports: tcp(receiverPort, queueProxyPorts.userMetrics),
    },
    { why: 'kubelet probes', from: addresses(cluster.nodeCidrs), to: api, ports: tcp(8012) },
  ];
}
