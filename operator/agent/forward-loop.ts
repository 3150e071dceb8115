import type { LambdaAgent } from '../api/index.ts';
import { brokerName } from './broker.ts';
import { forwardsOf, routeOf } from './forward.ts';
import type { BrokerMode } from './settings.ts';

/** Events of one type that go from one broker to another, each as `namespace/name`. */
export interface ForwardEdge {
  readonly from: string;
  readonly to: string;
  /** `*` for every type. */
  readonly type: string;
}

/** Every way between brokers that agents ask for and may have. */
export function forwardEdges(agents: readonly LambdaAgent[], mode: BrokerMode): readonly ForwardEdge[] {
  return agents.flatMap((agent) => {
    const { name, namespace } = agent.metadata;
    const from = `${namespace}/${brokerName(name, mode)}`;
    return forwardsOf(agent).flatMap((forward) => {
      const route = routeOf(forward, agent, mode);
      return route.kind === 'broker' ? [{ from, to: route.key, type: forward.type }] : [];
    });
  });
}

/**
 * Whether events that take an edge can come back to where it begins. Every edge of a ring does, whoever was first: each
 * agent comes to the same answer without knowing what the others found.
 */
export function comesBack(edge: ForwardEdge, edges: readonly ForwardEdge[]): boolean {
  const seen = new Set<string>();
  const open = [edge];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { to, type } = at;
    if (to === edge.from) return true;
    const next = edges.filter((one) => one.from === to).flatMap((one) => carried(type, one));
    for (const one of next.filter((candidate) => !seen.has(keyOfEdge(candidate)))) {
      seen.add(keyOfEdge(one));
      open.push(one);
    }
  }
  return false;
}

const keyOfEdge = ({ from, to, type }: ForwardEdge): string => `${from} ${to} ${type}`;

/** An edge as events of a type go along it; none where it takes others. */
function carried(type: string, edge: ForwardEdge): readonly ForwardEdge[] {
  if (edge.type === '*') return [{ ...edge, type }];
  return type === '*' || type === edge.type ? [edge] : [];
}
