import { type Environment } from '../stacks/index.ts';
import { quotaFigures } from '../charts/quota.ts';
import type { Manifest } from '../charts/proof/manifest.ts';
import { measureNamespace, totalOf, type Total } from '../charts/proof/measure.ts';
import { type Need, times } from '../charts/proof/need.ts';
import { toBytes, toMillicores } from '../stacks/index.ts';

type Row = readonly string[];

const header: Row = ['source', 'pods', 'cpu req', 'mem req', 'cpu lim', 'mem lim', 'services', 'claims'];

const cores = (millicores: number): string => `${millicores}m`;
const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 1024 ** 2)}Mi`;

function toRow(source: string, { pods, services, claims, ...amounts }: Total): Row {
  return [
    source,
    String(pods),
    cores(amounts.cpuRequest),
    mebibytes(amounts.memoryRequest),
    cores(amounts.cpuLimit),
    mebibytes(amounts.memoryLimit),
    String(services),
    String(claims),
  ];
}

function needRow(need: Need): Row {
  return toRow(need.source, {
    ...times(need.perPod, need.pods),
    pods: need.pods,
    services: need.services,
    claims: need.claims,
  });
}

function format(rows: readonly Row[]): string {
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n');
}

/** The sum behind the quota of one namespace: each source, the total, what the quota allows and what it leaves. */
export function renderQuotaTable(environment: Environment, manifests: readonly Manifest[], namespace: string): string {
  const needs = measureNamespace(environment, manifests, namespace);
  const total = totalOf(needs);
  const figures = quotaFigures(environment, manifests, namespace);
  const allowed: Total = {
    pods: figures.pods,
    cpuRequest: toMillicores(figures.requestsCpu),
    memoryRequest: toBytes(figures.requestsMemory),
    cpuLimit: toMillicores(figures.limitsCpu),
    memoryLimit: toBytes(figures.limitsMemory),
    services: figures.services,
    claims: figures.persistentVolumeClaims,
  };
  const left: Total = {
    pods: allowed.pods - total.pods,
    cpuRequest: allowed.cpuRequest - total.cpuRequest,
    memoryRequest: allowed.memoryRequest - total.memoryRequest,
    cpuLimit: allowed.cpuLimit - total.cpuLimit,
    memoryLimit: allowed.memoryLimit - total.memoryLimit,
    services: allowed.services - total.services,
    claims: allowed.claims - total.claims,
  };
  const rows = [
    header,
    ...needs.map(needRow),
    toRow('needed at most', total),
    toRow('quota', allowed),
    toRow('left', left),
  ];
  return `${environment.name}  ${namespace}\n${format(rows)}\n`;
}
