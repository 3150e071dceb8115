import type { Environment } from '../stacks/index.ts';
import { addresses, type Flow, inNamespaces, type Peer, pods, tcp } from './flow.ts';
import { brokerNodes, knativeNamespaces, receiverPort } from './receiver-flows.ts';
import { brokerIngressPods, dispatcherPods, functionPods, operatorPods, receiverPods } from './workloads.ts';

/** Port of requests and probes, and that of metrics: eventing-rabbitmq, pkg/reconciler/broker/resources/ingress.go. */
const brokerPodPort = 8080;
const metricsPort = 9090;

/** Flows of the pods that Knative makes for Brokers and Triggers. */
export function eventingFlows(environment: Environment): readonly Flow[] {
  const { cluster, monitoring } = environment;
  const ingress = pods(brokerIngressPods(environment));
  const dispatchers = pods(dispatcherPods(environment));
  const senders = [functionPods, receiverPods, operatorPods].map((workload) => pods(workload(environment)));
  return [
    ...senders.map((from) => ({ why: 'send events', from, to: ingress, ports: tcp(brokerPodPort) })),
    { why: 'events that functions reply with', from: dispatchers, to: ingress, ports: tcp(brokerPodPort) },
    {
      why: 'deliver events to functions and agents through the Knative gateway',
      from: dispatchers,
      to: inNamespaces(...knativeNamespaces),
      ports: tcp(8012, 8080, 8081),
    },
    ...receiverDelivery(environment, dispatchers),
    ...[ingress, dispatchers].flatMap((own): readonly Flow[] => [
      { why: 'publish and read events', from: own, to: brokerNodes(environment), ports: tcp(5672) },
      { why: 'traces', from: own, to: inNamespaces(monitoring.tracesNamespace), ports: tcp(4317, 4318) },
      {
        why: 'Prometheus scrapes brokers and dispatchers',
        from: inNamespaces(monitoring.namespace),
        to: own,
        ports: tcp(metricsPort),
      },
      { why: 'kubelet probes', from: addresses(cluster.nodeCidrs), to: own, ports: tcp(brokerPodPort) },
    ]),
  ];
}

/** A receiver behind a Service of its own is reached past the gateway. */
function receiverDelivery(environment: Environment, dispatchers: Peer): readonly Flow[] {
  return environment.receiver.form === 'deployment'
    ? [
        {
          why: 'commands and dead letters',
          from: dispatchers,
          to: pods(receiverPods(environment)),
          ports: tcp(receiverPort),
        },
      ]
    : [];
}
