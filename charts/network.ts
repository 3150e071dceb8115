import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Environment } from '../stacks/index.ts';
import { type Flow, type Peer, tcp, type Workload } from './flow.ts';
import type { Part } from './part.ts';
import { platformFlows } from './platform-flows.ts';
import { allNamespaces } from './workloads.ts';

/** Closes every namespace, then opens the flows of all parts, one policy for each workload. */
export const networkPart: Part = {
  name: 'network',
  flows: platformFlows,
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
      metadata: { name: workload.policyName ?? workload.name, namespace },
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

function namespaceSelector(namespaces: readonly string[]): k8s.LabelSelector {
  const [only, ...others] = namespaces;
  if (only !== undefined && others.length === 0) {
    return { matchLabels: { 'kubernetes.io/metadata.name': only } };
  }
  return { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: [...namespaces] }] };
}

function toPeers(peer: Peer): k8s.NetworkPolicyPeer[] {
  switch (peer.kind) {
    case 'workload':
      return [
        { namespaceSelector: namespaceSelector(peer.workload.namespaces), podSelector: podSelector(peer.workload) },
      ];
    case 'namespaces':
      return [{ namespaceSelector: namespaceSelector(peer.namespaces) }];
    case 'addresses':
      return peer.cidrs.map((range) => ({
        ipBlock: { cidr: range, ...(peer.except === undefined ? {} : { except: [...peer.except] }) },
      }));
  }
}

/** Between two meshed pods a proxy may carry any port over its own. */
const meshInboundPort = 4143;

function toPorts(flow: Flow, other: Peer, { mesh }: Environment): k8s.NetworkPolicyPort[] {
  const isMeshed = mesh.injected && other.kind !== 'addresses' && flow.outsideMesh !== true;
  const meshed = isMeshed ? tcp(meshInboundPort) : [];
  return [...flow.ports, ...meshed].map(({ port, protocol }) => ({ protocol, port: k8s.IntOrString.fromNumber(port) }));
}
