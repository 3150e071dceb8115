import type { Environment } from './environment.ts';

interface PortRange {
  readonly host: string;
  readonly first: number;
  readonly last: number;
}

function portRange({ cluster: { host, hostPorts } }: Environment): PortRange | undefined {
  return host === undefined || hostPorts === undefined
    ? undefined
    : { host, first: hostPorts.base, last: hostPorts.base + hostPorts.count - 1 };
}

function overlaps(one: PortRange, other: PortRange): boolean {
  return one.host === other.host && one.first <= other.last && other.first <= one.last;
}

function replacesOther(one: Environment, other: Environment): boolean {
  return one.replaces === other.name || other.replaces === one.name;
}

function pairFault(environment: Environment, other: Environment): readonly string[] {
  const range = portRange(environment);
  const taken = portRange(other);
  if (range === undefined || taken === undefined || !overlaps(range, taken) || replacesOther(environment, other)) {
    return [];
  }
  return [
    `${environment.name}.cluster.hostPorts: got ${range.first}-${range.last}, of which ${other.name} holds ${taken.first}-${taken.last} on host ${range.host}, allowed ports that are free; change the base in stacks/${environment.name}.ts`,
  ];
}

/** One line for each pair that publishes the same port of a host; a replaced environment and its stand-in may. */
export function hostPortFaults(environments: readonly Environment[]): readonly string[] {
  return environments.flatMap((environment, position) =>
    environments.slice(0, position).flatMap((other) => pairFault(environment, other)),
  );
}
