import type { Environment } from '../stacks/index.ts';

/** Pods of the environment that policies are written for. */
export interface Workload {
  /** Name of the workload in messages, and of its policy unless that has a published one. */
  readonly name: string;
  readonly policyName?: string;
  readonly namespaces: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly expressions?: readonly LabelExpression[];
}

export interface LabelExpression {
  readonly key: string;
  readonly operator: 'In' | 'Exists';
  readonly values?: readonly string[];
}

/** Pods that somebody else runs, or addresses outside the cluster network. */
export type Peer =
  | { readonly kind: 'workload'; readonly workload: Workload }
  | { readonly kind: 'namespaces'; readonly namespaces: readonly string[] }
  | { readonly kind: 'addresses'; readonly cidrs: readonly string[]; readonly except?: readonly string[] };

export interface FlowPort {
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

/** A connection that must be possible; at least one side is a workload of the environment. */
export interface Flow {
  readonly why: string;
  readonly from: Peer;
  readonly to: Peer;
  readonly ports: readonly FlowPort[];
  /** True when one side is never in the mesh, so that no proxy carries the connection. */
  readonly outsideMesh?: boolean;
}

export const tcp = (...ports: readonly number[]): readonly FlowPort[] =>
  ports.map((port) => ({ port, protocol: 'TCP' }));

export const pods = (workload: Workload): Peer => ({ kind: 'workload', workload });

export const inNamespaces = (...namespaces: readonly string[]): Peer => ({ kind: 'namespaces', namespaces });

/** Ranges that are never "the internet": RFC 1918, RFC 6598, link-local with the metadata address, loopback. */
const notPublic = ['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'];

export const internet: Peer = { kind: 'addresses', cidrs: ['0.0.0.0/0'], except: notPublic };

export const addresses = (cidrs: readonly string[]): Peer => ({ kind: 'addresses', cidrs });

/** Where ECR answers inside the VPC; its name leads there and no longer to the internet once there are endpoints. */
export function privateRegistry({ cloud }: Environment): readonly Peer[] {
  const cidrs = cloud?.endpoints?.cidrs;
  return cidrs === undefined ? [] : [addresses(cidrs)];
}
