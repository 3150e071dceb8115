import { measureNamespace, parseManifest, type Total, totalOf } from '../../charts/index.ts';
import type { Environment } from '../../stacks/index.ts';
import { parseQuantity } from '../diff/quantity.ts';
import { fieldsOf, textOf } from '../diff/value.ts';
import { type Comparison, type Finding, finding, type Lens, say } from '../finding.ts';
import { ofKind, type Objects } from '../object.ts';

interface Bound {
  readonly resource: string;
  readonly need: (total: Total) => number;
  readonly show: (amount: number) => string;
}

const cores = (amount: number): string => `${Math.ceil(amount * 1000)}m`;
const mebibytes = (amount: number): string => `${Math.ceil(amount / 2 ** 20)}Mi`;

/** Each figure of a quota and what of the need it bounds, in cores, bytes and objects. */
const bounds: readonly Bound[] = [
  { resource: 'requests.cpu', need: (total) => total.cpuRequest / 1000, show: cores },
  { resource: 'requests.memory', need: (total) => total.memoryRequest, show: mebibytes },
  { resource: 'limits.cpu', need: (total) => total.cpuLimit / 1000, show: cores },
  { resource: 'limits.memory', need: (total) => total.memoryLimit, show: mebibytes },
  { resource: 'pods', need: (total) => total.pods, show: String },
  { resource: 'services', need: (total) => total.services, show: String },
  { resource: 'persistentvolumeclaims', need: (total) => total.claims, show: String },
];

function measure(environment: Environment, objects: Objects, namespace: string): Total {
  const manifests = [...objects.values()]
    .filter(({ id }) => id.engine === 'cluster' && id.name !== 'kustomization.yaml')
    .map(({ value }) => parseManifest(value));
  return totalOf(measureNamespace(environment, manifests, namespace));
}

interface Room {
  readonly need: number;
  readonly hard: number | undefined;
}

function roomOf(objects: Objects, namespace: string, { resource, need }: Bound, total: Total): Room {
  const quota = ofKind(objects, 'ResourceQuota', '').find(({ id }) => id.namespace === namespace);
  return { need: need(total), hard: parseQuantity(textOf(fieldsOf(quota?.value, 'spec', 'hard'), resource)) };
}

const isExceeded = ({ need, hard }: Room): boolean => hard !== undefined && need > hard;

function showRoom({ resource, show }: Bound, from: Room, to: Room): string {
  const of = ({ need, hard }: Room): string => (hard === undefined ? show(need) : `${show(need)} of ${show(hard)}`);
  return say`${resource} ${of(from)} → ${of(to)}`;
}

/** What runs at the peak against the quota, before and after. */
function compareRoom({ base, head }: Comparison, settings: Sides, namespace: string): readonly Finding[] {
  const before = measure(settings.base, base, namespace);
  const after = measure(settings.head, head, namespace);
  const rows = bounds
    .map((bound) => ({
      bound,
      from: roomOf(base, namespace, bound, before),
      to: roomOf(head, namespace, bound, after),
    }))
    .filter(({ from, to }) => from.need !== to.need || from.hard !== to.hard);
  const exceeded = rows.filter(({ from, to }) => isExceeded(to) && !isExceeded(from));
  const subject = `Namespace ${namespace}`;
  const describe = (some: typeof rows): string =>
    some.map(({ bound, from, to }) => showRoom(bound, from, to)).join('; ');
  const others = rows.filter((row) => !exceeded.includes(row));
  return [
    ...(exceeded.length === 0
      ? []
      : [finding('scale', subject, `needs more at the peak than its quota: ${describe(exceeded)}`, 'quota-exceeded')]),
    ...(others.length === 0 ? [] : [finding('scale', subject, `at the peak: ${describe(others)}`)]),
  ];
}

interface Sides {
  readonly base: Environment;
  readonly head: Environment;
}

/** Hours of a month on average: 365 × 24 / 12. */
const hoursAMonth = 730;

/** What the requests at the peak cost more or less, by the price in the settings. */
function compareCost(
  { scope, base, head }: Comparison,
  settings: Sides,
  namespaces: readonly string[],
): readonly Finding[] {
  const sum = (environment: Environment, objects: Objects): number =>
    namespaces.reduce((total, namespace) => total + measure(environment, objects, namespace).cpuRequest / 1000, 0);
  const price = settings.head.monitoring.coreHourUsd;
  const [from, to] = [sum(settings.base, base), sum(settings.head, head)];
  const difference = (to * price - from * settings.base.monitoring.coreHourUsd) * hoursAMonth;
  if (Math.abs(difference) < 0.01) return [];
  const amount = `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(2)} USD`;
  const formula = `(${cores(to)} − ${cores(from)}) requested at the peak × ${price} USD an hour × ${hoursAMonth} h`;
  return [finding('cost', `environment ${scope}`, say`at most ${amount} a month: ${formula}`)];
}

/** Needs of the namespaces against their quotas, and what they cost; only where both sides' settings are known. */
export const findCapacity: Lens = (comparison) => {
  const { base, head } = comparison.settings;
  if (base === undefined || head === undefined || comparison.changes.length === 0) return [];
  const namespaces = [...new Set([head.namespaces.control, ...head.namespaces.functions])];
  return [
    ...namespaces.flatMap((namespace) => compareRoom(comparison, { base, head }, namespace)),
    ...compareCost(comparison, { base, head }, namespaces),
  ];
};
