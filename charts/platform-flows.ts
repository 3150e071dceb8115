import type { Environment } from '../stacks/index.ts';
import { addresses, type Flow, inNamespaces, internet, pods, privateRegistry, tcp } from './flow.ts';
import { knativeNamespaces, queueProxyPorts } from './receiver-flows.ts';
import { brokerPods, buildPods, everyPod, functionPods, privilegedAgentPods, receiverPods } from './workloads.ts';

/** Flows of what the platform runs beside operator and receiver: every pod, functions and agents, builds, the broker. */
export function platformFlows(environment: Environment): readonly Flow[] {
  return [
    ...sharedFlows(environment),
    ...functionFlows(environment),
    ...agentFlows(environment),
    ...buildFlows(environment),
    ...brokerFlows(environment),
  ];
}

function sharedFlows(environment: Environment): readonly Flow[] {
  const all = pods(everyPod(environment));
  const dns: Flow = {
    why: 'resolve names, over TCP for large answers',
    from: all,
    to: inNamespaces('kube-system'),
    ports: [
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP' },
    ],
    outsideMesh: true,
  };
  if (!environment.mesh.injected) {
    return [dns];
  }
  return [
    dns,
    {
      why: 'mesh proxies reach their control plane',
      from: all,
      to: inNamespaces('linkerd'),
      ports: tcp(8080, 8086, 8090),
      outsideMesh: true,
    },
    {
      why: 'metrics of mesh proxies',
      from: inNamespaces(environment.monitoring.namespace),
      to: all,
      ports: tcp(4191),
      outsideMesh: true,
    },
    {
      why: 'metrics and taps of mesh proxies',
      from: inNamespaces('linkerd-viz'),
      to: all,
      ports: tcp(4190, 4191),
      outsideMesh: true,
    },
  ];
}

function functionFlows(environment: Environment): readonly Flow[] {
  const { cluster, monitoring } = environment;
  const functions = pods(functionPods(environment));
  return [
    {
      why: 'requests, events and scaling figures of Knative',
      from: inNamespaces(...knativeNamespaces),
      to: functions,
      ports: tcp(...queueProxyPorts.requests, queueProxyPorts.autoscalerMetrics),
    },
    {
      why: 'functions and agents call each other through the Knative gateway',
      from: functions,
      to: inNamespaces(...knativeNamespaces),
      ports: tcp(8012, 8080, 8081),
    },
    {
      why: 'Prometheus scrapes functions and their queue-proxy',
      from: inNamespaces(monitoring.namespace),
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
    { why: 'models served in the cluster', from: functions, to: inNamespaces('ollama'), ports: tcp(11434) },
    { why: 'traces', from: functions, to: inNamespaces(monitoring.tracesNamespace), ports: tcp(4317, 4318) },
  ];
}

/** Only agents with a tier get a token; the policy cannot tell them from other agents. */
function agentFlows(environment: Environment): readonly Flow[] {
  const agents = privilegedAgentPods(environment);
  const { cidrs, ports } = environment.cluster.apiServer;
  return agents === undefined
    ? []
    : [
        {
          why: 'what the tier of an agent allows, through the Kubernetes API',
          from: pods(agents),
          to: addresses(cidrs),
          ports: tcp(...ports),
        },
      ];
}

function buildFlows(environment: Environment): readonly Flow[] {
  const { cluster, codeStore, imageRegistry } = environment;
  const builds = pods(buildPods(environment));
  return [
    { why: 'source repositories and packages', from: builds, to: internet, ports: tcp(22, 80, 443) },
    ...privateRegistry(environment).map((to) => ({
      why: 'push images to ECR inside the VPC',
      from: builds,
      to,
      ports: tcp(443),
    })),
    ...(codeStore.kind === 'minio'
      ? [
          {
            why: 'uploaded code',
            from: builds,
            to: inNamespaces(codeStore.namespace),
            ports: tcp(9000),
            outsideMesh: true,
          },
        ]
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
    { why: 'queues and users are declared', from: inNamespaces('rabbitmq-system'), to: broker, ports: tcp(15672) },
    { why: 'Prometheus scrapes the broker', from: inNamespaces(monitoring.namespace), to: broker, ports: tcp(15692) },
    {
      why: 'broker nodes find each other through the Kubernetes API',
      from: broker,
      to: addresses(cluster.apiServer.cidrs),
      ports: tcp(...cluster.apiServer.ports),
    },
    { why: 'kubelet probes', from: addresses(cluster.nodeCidrs), to: broker, ports: tcp(5672) },
  ];
}
