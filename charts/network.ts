import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Environment } from '../stacks/index.ts';
import {
  addresses,
  type Flow,
  type FlowPort,
  inNamespace,
  internet,
  type Peer,
  pods,
  tcp,
  type Workload,
} from './flow.ts';
import type { Part } from './part.ts';
import { knativeNamespaces, queueProxyPorts } from './receiver-flows.ts';
import { allNamespaces, brokerPods, buildPods, everyPod, functionPods, receiverPods } from './workloads.ts';

/** Closes every namespace, then opens the flows of all parts, one policy for each workload. */
export const networkPart: Part = {
  name: 'network',
  flows: (environment) => [
    ...sharedFlows(environment),
    ...functionFlows(environment),
    ...buildFlows(environment),
    ...brokerFlows(environment),
  ],
  build(chart, { environment, flows }) {
    for (const namespace of allNamespaces(environment)) {
      new k8s.KubeNetworkPolicy(chart, `default-deny-${namespace}`, {
        metadata: { name: 'default-deny', namespace },
        spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
      });
    }
    for (const workload of workloadsOf(flows)) {
      addPolicies(chart, environment, workload, flows);
    }
  },
};

function sharedFlows(environment: Environment): readonly Flow[] {
  const all = pods(everyPod(environment));
  const dns: Flow = {
    why: 'resolve names, over TCP for large answers',
    from: all,
    to: inNamespace('kube-system'),
    ports: [
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP' },
    ],
  };
  if (!environment.mesh.injected) {
    return [dns];
  }
  return [
    dns,
    {
      why: 'mesh proxies reach their control plane',
      from: all,
      to: inNamespace('linkerd'),
      ports: tcp(8080, 8086, 8090),
    },
    { why: 'metrics of mesh proxies', from: inNamespace(environment.monitoring.namespace), to: all, ports: tcp(4191) },
    { why: 'metrics and taps of mesh proxies', from: inNamespace('linkerd-viz'), to: all, ports: tcp(4190, 4191) },
  ];
}

function functionFlows(environment: Environment): readonly Flow[] {
  const { cluster, monitoring } = environment;
  const functions = pods(functionPods(environment));
  return [
    ...knativeNamespaces.flatMap((namespace) => [
      {
        why: 'requests, events and scaling figures of Knative',
        from: inNamespace(namespace),
        to: functions,
        ports: tcp(...queueProxyPorts.requests, queueProxyPorts.autoscalerMetrics),
      },
      {
        why: 'functions and agents call each other through the Knative gateway',
        from: functions,
        to: inNamespace(namespace),
        ports: tcp(8012, 8080, 8081),
      },
    ]),
    {
      why: 'Prometheus scrapes functions and their queue-proxy',
      from: inNamespace(monitoring.namespace),
      to: functions,
      ports: tcp(8080, queueProxyPorts.userMetrics),
    },
    {
      why: 'kubelet probes',
      from: addresses(cluster.nodeCidrs),
      to: functions,
      ports: tcp(8012),
    },
    { why: 'public services and model providers', from: functions, to: internet, ports: tcp(80, 443) },
    { why: 'models served in the cluster', from: functions, to: inNamespace('ollama'), ports: tcp(11434) },
    { why: 'traces', from: functions, to: inNamespace(monitoring.tracesNamespace), ports: tcp(4317, 4318) },
  ];
}

function buildFlows(environment: Environment): readonly Flow[] {
  const { cluster, codeStore, imageRegistry } = environment;
  const builds = pods(buildPods(environment));
  return [
    { why: 'source repositories and packages', from: builds, to: internet, ports: tcp(22, 80, 443) },
    ...(codeStore.kind === 'minio'
      ? [{ why: 'uploaded code', from: builds, to: inNamespace(codeStore.namespace), ports: tcp(9000) }]
      : []),
    ...(imageRegistry.kind === 'registry'
      ? [
          {
            why: 'push images to the registry beside the nodes',
            from: builds,
            to: addresses(cluster.nodeCidrs),
            ports: tcp(Number(imageRegistry.push.split(':')[1])),
          },
        ]
      : []),
  ];
}

function brokerFlows(environment: Environment): readonly Flow[] {
  const { cluster, monitoring } = environment;
  const workload = brokerPods(environment);
  if (workload === undefined) {
    return [];
  }
  const broker = pods(workload);
  return [
    { why: 'publish and read events', from: pods(receiverPods(environment)), to: broker, ports: tcp(5672) },
    { why: 'broker nodes among themselves', from: broker, to: broker, ports: tcp(4369, 25672) },
    { why: 'queues and users are declared', from: inNamespace('rabbitmq-system'), to: broker, ports: tcp(15672) },
    { why: 'Prometheus scrapes the broker', from: inNamespace(monitoring.namespace), to: broker, ports: tcp(15692) },
    {
      why: 'broker nodes find each other through the Kubernetes API',
      from: broker,
      to: addresses(cluster.apiServer.cidrs),
      ports: tcp(...cluster.apiServer.ports),
    },
    { why: 'kubelet probes', from: addresses(cluster.nodeCidrs), to: broker, ports: tcp(5672) },
  ];
}

function workloadsOf(flows: readonly Flow[]): readonly Workload[] {
  const found = flows
    .flatMap(({ from, to }) => [from, to])
    .flatMap((peer) => (peer.kind === 'workload' ? [peer.workload] : []));
  return [...new Map(found.map((workload) => [workload.name, workload])).values()];
}

function isSide(peer: Peer, workload: Workload): boolean {
  return peer.kind === 'workload' && peer.workload.name === workload.name;
}

function addPolicies(chart: Chart, environment: Environment, workload: Workload, flows: readonly Flow[]): void {
  const ingress = flows.filter(({ to }) => isSide(to, workload));
  const egress = flows.filter(({ from }) => isSide(from, workload));
  for (const namespace of workload.namespaces) {
    new k8s.KubeNetworkPolicy(chart, `${workload.name}-${namespace}`, {
      metadata: { name: workload.name, namespace },
      spec: {
        podSelector: podSelector(workload),
        policyTypes: [...(ingress.length > 0 ? ['Ingress'] : []), ...(egress.length > 0 ? ['Egress'] : [])],
        ...(ingress.length > 0
          ? {
              ingress: ingress.map((flow) => ({
                from: toPeers(flow.from),
                ports: toPorts(flow, flow.from, environment),
              })),
            }
          : {}),
        ...(egress.length > 0
          ? { egress: egress.map((flow) => ({ to: toPeers(flow.to), ports: toPorts(flow, flow.to, environment) })) }
          : {}),
      },
    });
  }
}

function podSelector({ labels, expressions }: Workload): k8s.LabelSelector {
  return {
    ...(labels === undefined ? {} : { matchLabels: { ...labels } }),
    ...(expressions === undefined
      ? {}
      : { matchExpressions: expressions.map((one) => ({ ...one, values: one.values ? [...one.values] : undefined })) }),
  };
}

function inNamespaces(namespaces: readonly string[]): k8s.LabelSelector {
  return { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: [...namespaces] }] };
}

function toPeers(peer: Peer): k8s.NetworkPolicyPeer[] {
  switch (peer.kind) {
    case 'workload':
      return [{ namespaceSelector: inNamespaces(peer.workload.namespaces), podSelector: podSelector(peer.workload) }];
    case 'namespace':
      return [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': peer.namespace } },
          ...(peer.labels === undefined ? {} : { podSelector: { matchLabels: { ...peer.labels } } }),
        },
      ];
    case 'addresses':
      return peer.cidrs.map((range) => ({
        ipBlock: { cidr: range, ...(peer.except === undefined ? {} : { except: [...peer.except] }) },
      }));
  }
}

/** Between two meshed pods a proxy may carry any port over its own. */
const meshInboundPort = 4143;

function toPorts(flow: Flow, other: Peer, { mesh }: Environment): k8s.NetworkPolicyPort[] {
  const meshed: readonly FlowPort[] = mesh.injected && other.kind !== 'addresses' ? tcp(meshInboundPort) : [];
  return [...flow.ports, ...meshed].map(({ port, protocol }) => ({ protocol, port: k8s.IntOrString.fromNumber(port) }));
}
