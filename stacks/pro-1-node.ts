import type { EnvironmentValues } from './environment.ts';
import { pro } from './pro.ts';

export const pro1Node: EnvironmentValues = {
  ...pro,
  name: 'pro-1-node',
  role: 'light-development',
  replaces: 'pro',
  cluster: { ...pro.cluster, name: 'pro-1-node', context: 'homelab-pro-1-node', nodes: 1 },
  capacity: { ...pro.capacity, functions: 15, agents: 5, activePods: 20 },
  loadTests: 'available',
  delivery: {
    ...pro.delivery,
    kustomization: 'pro-1-node-04-knative-instances',
    dependsOn: ['pro-1-node-02-observability', 'pro-1-node-03-knative-deps'],
    promotion: 'none',
  },
};
