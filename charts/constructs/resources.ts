import { k8s } from 'cdk8s-plus-28';
import type { Resources } from '../../stacks/index.ts';

function toQuantities(amounts: Resources['requests']): Record<string, k8s.Quantity> {
  return { cpu: k8s.Quantity.fromString(amounts.cpu), memory: k8s.Quantity.fromString(amounts.memory) };
}

export function resourceRequirements({ requests, limits }: Resources): k8s.ResourceRequirements {
  return { requests: toQuantities(requests), limits: toQuantities(limits) };
}
