import { z } from 'zod';
import { toBytes, toMillicores } from '../../stacks/index.ts';
import { ofKind } from './manifest.ts';
import { measureNamespace, type Total, totalOf } from './measure.ts';
import type { Output } from './output.ts';

const quotaSchema = z.looseObject({
  spec: z.looseObject({ hard: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)) }),
});

interface Limit {
  readonly resource: string;
  readonly need: (total: Total) => number;
  readonly parse: (quantity: string) => number;
  readonly show: (amount: number) => string;
}

const cores = (amount: number): string => `${Math.ceil(amount)}m`;
const mebibytes = (amount: number): string => `${Math.ceil(amount / 1024 ** 2)}Mi`;

/** Each figure of a quota, and the part of the need that it bounds. */
const quotaLimits: readonly Limit[] = [
  { resource: 'requests.cpu', need: (total) => total.cpuRequest, parse: toMillicores, show: cores },
  { resource: 'requests.memory', need: (total) => total.memoryRequest, parse: toBytes, show: mebibytes },
  { resource: 'limits.cpu', need: (total) => total.cpuLimit, parse: toMillicores, show: cores },
  { resource: 'limits.memory', need: (total) => total.memoryLimit, parse: toBytes, show: mebibytes },
  { resource: 'pods', need: (total) => total.pods, parse: Number, show: String },
  { resource: 'services', need: (total) => total.services, parse: Number, show: String },
  { resource: 'persistentvolumeclaims', need: (total) => total.claims, parse: Number, show: String },
];

/** A quota that cannot hold what the namespace needs at its peak, or a namespace without one. */
export function quotaFaults({ environment, manifests }: Output): readonly string[] {
  const quotas = ofKind(manifests, 'ResourceQuota');
  return ofKind(manifests, 'Namespace').flatMap(({ metadata: { name } }) => {
    const quota = quotas.find(({ metadata }) => metadata.namespace === name);
    if (quota === undefined) {
      return [`Namespace ${name}: got no ResourceQuota, allowed one; add it`];
    }
    const { hard } = quotaSchema.parse(quota).spec;
    const total = totalOf(measureNamespace(environment, manifests, name));
    return quotaLimits.flatMap(({ resource, need, parse, show }) => {
      const allowed = hard[resource];
      const needed = need(total);
      return allowed === undefined || parse(allowed) < needed
        ? [
            `ResourceQuota ${name}/${quota.metadata.name}: ${resource} allows ${allowed ?? 'nothing stated'}, needed ${show(needed)}; raise the quota or lower replicas, builds or resources (make quota ENV=${environment.name} shows the sum)`,
          ]
        : [];
    });
  });
}
