import { z } from 'zod';
import { labelSelector, selects } from './label-selector.ts';
import { type Manifest, nameOf, ofKind } from './manifest.ts';

const peer = z.looseObject({
  podSelector: labelSelector.optional(),
  namespaceSelector: labelSelector.optional(),
  ipBlock: z.looseObject({ cidr: z.string(), except: z.array(z.string()).default([]) }).optional(),
});

const port = z.looseObject({
  protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP'),
  port: z.union([z.number(), z.string()]).optional(),
  endPort: z.number().optional(),
});

const policySchema = z.looseObject({
  spec: z.looseObject({
    podSelector: labelSelector,
    policyTypes: z.array(z.enum(['Ingress', 'Egress'])),
    ingress: z.array(z.looseObject({ from: z.array(peer).optional(), ports: z.array(port).optional() })).default([]),
    egress: z.array(z.looseObject({ to: z.array(peer).optional(), ports: z.array(port).optional() })).default([]),
  }),
});

type PeerRule = z.output<typeof peer>;
type PortRule = z.output<typeof port>;

export interface PodEnd {
  readonly kind: 'pod';
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Labels of the namespace beside its name. */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
}

export interface AddressEnd {
  readonly kind: 'address';
  readonly address: string;
}

export type End = PodEnd | AddressEnd;

export interface Connection {
  readonly from: End;
  readonly to: End;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

interface Policy {
  readonly name: string;
  readonly namespace: string;
  readonly spec: z.output<typeof policySchema>['spec'];
}

export function readPolicies(manifests: readonly Manifest[]): readonly Policy[] {
  return ofKind(manifests, 'NetworkPolicy').map((manifest) => ({
    name: nameOf(manifest),
    namespace: manifest.metadata.namespace ?? 'default',
    spec: policySchema.parse(manifest).spec,
  }));
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

/** Whether an IPv4 address lies in a range. */
export function contains(range: string, address: string): boolean {
  const [base = '', bits = '32'] = range.split('/');
  const size = 2 ** (32 - Number(bits));
  return Math.floor(toNumber(base) / size) === Math.floor(toNumber(address) / size);
}

function matchesPod(rule: PeerRule, policyNamespace: string, end: PodEnd): boolean {
  if (rule.ipBlock !== undefined) {
    return false;
  }
  const namespaceLabels = { ...end.namespaceLabels, 'kubernetes.io/metadata.name': end.namespace };
  const namespaceMatches =
    rule.namespaceSelector === undefined
      ? end.namespace === policyNamespace
      : selects(rule.namespaceSelector, namespaceLabels);
  return namespaceMatches && (rule.podSelector === undefined || selects(rule.podSelector, end.labels));
}

function matchesAddress({ ipBlock }: PeerRule, { address }: AddressEnd): boolean {
  return (
    ipBlock !== undefined &&
    contains(ipBlock.cidr, address) &&
    !ipBlock.except.some((range) => contains(range, address))
  );
}

function matchesPeer(peers: readonly PeerRule[] | undefined, namespace: string, end: End): boolean {
  if (peers === undefined || peers.length === 0) {
    return true;
  }
  return peers.some((rule) => (end.kind === 'pod' ? matchesPod(rule, namespace, end) : matchesAddress(rule, end)));
}

function matchesPort(ports: readonly PortRule[] | undefined, connection: Connection): boolean {
  if (ports === undefined || ports.length === 0) {
    return true;
  }
  return ports.some(
    ({ protocol, port: first, endPort }) =>
      protocol === connection.protocol &&
      (first === undefined ||
        first === connection.port ||
        (typeof first === 'number' && endPort !== undefined && first <= connection.port && connection.port <= endPort)),
  );
}

type Direction = 'Ingress' | 'Egress';

/** Policies that select an end for a direction; a pod that none selects is open. */
function selecting(policies: readonly Policy[], end: PodEnd, direction: Direction): readonly Policy[] {
  return policies.filter(
    ({ namespace, spec }) =>
      namespace === end.namespace && spec.policyTypes.includes(direction) && selects(spec.podSelector, end.labels),
  );
}

function isOpenFor(policies: readonly Policy[], connection: Connection, direction: Direction): boolean {
  const [own, other] = direction === 'Egress' ? [connection.from, connection.to] : [connection.to, connection.from];
  if (own.kind === 'address') {
    return true;
  }
  const applying = selecting(policies, own, direction);
  if (applying.length === 0) {
    return true;
  }
  return applying.some(({ namespace, spec }) =>
    direction === 'Egress'
      ? spec.egress.some((rule) => matchesPeer(rule.to, namespace, other) && matchesPort(rule.ports, connection))
      : spec.ingress.some((rule) => matchesPeer(rule.from, namespace, other) && matchesPort(rule.ports, connection)),
  );
}

/**
 * Whether the policies let a connection through: the sender may send it and the receiver may take it.
 * Semantics of networking.k8s.io/v1: policies add up, a pod that none selects is open, a reply needs no rule of its own.
 */
export function isOpen(policies: readonly Policy[], connection: Connection): boolean {
  return isOpenFor(policies, connection, 'Egress') && isOpenFor(policies, connection, 'Ingress');
}
