import { queueProxyResources } from '../queue-proxy.ts';
import { brokerResources } from '../../operator/api/index.ts';
import { type Environment, type Resources, toBytes, toMillicores } from '../../stacks/index.ts';

/** Amounts of one pod or of a sum: CPU in millicores, memory in bytes. */
export interface Amounts {
  readonly cpuRequest: number;
  readonly memoryRequest: number;
  readonly cpuLimit: number;
  readonly memoryLimit: number;
}

/** What one source needs of a namespace at its peak. */
export interface Need {
  readonly source: string;
  readonly pods: number;
  readonly services: number;
  readonly claims: number;
  readonly perPod: Amounts;
}

export const nothing: Amounts = { cpuRequest: 0, memoryRequest: 0, cpuLimit: 0, memoryLimit: 0 };

export function toAmounts({ requests, limits }: Resources): Amounts {
  return {
    cpuRequest: toMillicores(requests.cpu),
    memoryRequest: toBytes(requests.memory),
    cpuLimit: toMillicores(limits.cpu),
    memoryLimit: toBytes(limits.memory),
  };
}

export function add(one: Amounts, other: Amounts): Amounts {
  return {
    cpuRequest: one.cpuRequest + other.cpuRequest,
    memoryRequest: one.memoryRequest + other.memoryRequest,
    cpuLimit: one.cpuLimit + other.cpuLimit,
    memoryLimit: one.memoryLimit + other.memoryLimit,
  };
}

export function times(amounts: Amounts, factor: number): Amounts {
  return {
    cpuRequest: amounts.cpuRequest * factor,
    memoryRequest: amounts.memoryRequest * factor,
    cpuLimit: amounts.cpuLimit * factor,
    memoryLimit: amounts.memoryLimit * factor,
  };
}

const amounts = (cpuRequest: string, memoryRequest: string, cpuLimit: string, memoryLimit: string): Amounts =>
  toAmounts({ requests: { cpu: cpuRequest, memory: memoryRequest }, limits: { cpu: cpuLimit, memory: memoryLimit } });

/** What other controllers put into our namespaces, with the resources that they or our LimitRange set. */
export const foreignPods = {
  /** As the configuration of Knative says (charts/knative.ts). */
  queueProxy: toAmounts(queueProxyResources),
  /** Ingress and dead-letter dispatcher take what the Broker says, the dispatcher of a Trigger what that one says. */
  broker: toAmounts(brokerResources.ingress),
  dispatcher: toAmounts(brokerResources.dispatcher),
} as const;

/** The mesh proxy; a limit without a request reserves the limit. */
export function meshProxy({ mesh }: Environment): Amounts {
  if (!mesh.injected) {
    return nothing;
  }
  const { cpuRequest, cpuLimit, memoryLimit } = mesh.proxy;
  return amounts(cpuRequest ?? cpuLimit, memoryLimit, cpuLimit, memoryLimit);
}
