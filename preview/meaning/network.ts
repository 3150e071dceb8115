import { type Connection, type End, isOpen, parseManifest, readPolicies } from '../../charts/index.ts';
import { listOf, textOf } from '../diff/value.ts';
import { type Comparison, type Finding, finding, type Lens, say } from '../finding.ts';
import { ofKind, type Objects } from '../object.ts';
import { endsOf, type NamedEnd } from './end.ts';

type Policies = ReturnType<typeof readPolicies>;

const group = 'networking.k8s.io';

function policiesOf(objects: Objects): Policies {
  return readPolicies(ofKind(objects, 'NetworkPolicy', group).map(({ value }) => parseManifest(value)));
}

/** Ports that policies speak of: a port that none names is as open as any other such. */
function namedPorts(...sides: readonly Objects[]): readonly number[] {
  const rules = sides
    .flatMap((objects) => ofKind(objects, 'NetworkPolicy', group))
    .flatMap(({ value }) => [...listOf(value, 'spec', 'ingress'), ...listOf(value, 'spec', 'egress')]);
  const ports = rules.flatMap((rule) => listOf(rule, 'ports').map((port) => Number(textOf(port, 'port'))));
  return [...new Set(ports)].filter((port) => Number.isInteger(port) && port > 0);
}

/** A port that nobody names: what is open on it is open on all of them. */
const anyPort = 9;

interface Flow {
  readonly from: NamedEnd;
  readonly to: NamedEnd;
  readonly ports: readonly number[];
}

const isSame = (one: End, other: End): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Connections that `some` policies let through and `others` do not. */
function flowsBeyond(comparison: Comparison, some: Policies, others: Policies): readonly Flow[] {
  const ends = endsOf(comparison);
  const ports = [...namedPorts(comparison.base, comparison.head), anyPort];
  return ends.flatMap((from) =>
    ends.flatMap((to): readonly Flow[] => {
      const isInside = from.isOwn || to.isOwn;
      if (!isInside || !from.sends || isSame(from.end, to.end)) return [];
      const found = [...new Set([...ports, ...to.ports])].filter((port) => {
        const connection: Connection = { from: from.end, to: to.end, port, protocol: port === 53 ? 'UDP' : 'TCP' };
        return isOpen(some, connection) && !isOpen(others, connection);
      });
      return found.length === 0 ? [] : [{ from, to, ports: found }];
    }),
  );
}

function showPorts(ports: readonly number[]): string {
  return ports.includes(anyPort) ? 'every port' : say`${ports.toSorted((one, other) => one - other).join(', ')}`;
}

function describe(word: string, { from, to, ports }: Flow): string {
  return `${word} ${to.isOwn ? say`from ${from.name}` : say`to ${to.name}`} on ${showPorts(ports)}`;
}

const subject = ({ from, to }: Flow): string => (to.isOwn ? to.name : from.name);

function isIsolationBroken({ from, to }: Flow): boolean {
  const isMetadata = to.isStranger && to.end.kind === 'address' && to.end.address.startsWith('169.254.');
  return (from.isStranger && to.isOwn) || isMetadata;
}

const kinds: readonly string[] = [
  'NetworkPolicy',
  'Deployment',
  'StatefulSet',
  'Service',
  'Namespace',
  'ContainerSource',
];

/** Connections that open or close, computed from all policies together rather than from their text. */
export const findNetwork: Lens = (comparison) => {
  if (!comparison.changes.some(({ id }) => id.engine === 'cluster' && kinds.includes(id.kind))) return [];
  const [base, head] = [policiesOf(comparison.base), policiesOf(comparison.head)];
  return [
    ...flowsBeyond(comparison, head, base).map((flow): Finding =>
      finding(
        'network',
        subject(flow),
        describe('is open', flow),
        isIsolationBroken(flow) ? 'isolation-broken' : 'flow-opened',
      ),
    ),
    ...flowsBeyond(comparison, base, head).map((flow) =>
      finding('network', subject(flow), describe('is closed', flow), 'flow-closed'),
    ),
  ];
};
