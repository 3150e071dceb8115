import { z } from 'zod';
import { cidr, dnsLabel, port } from './names.ts';
import { cpuQuantity, memoryQuantity } from './quantity.ts';

export const clusterSchema = z.strictObject({
  name: dnsLabel.describe('cluster that the environment runs on; environments with the same name share it'),
  context: dnsLabel.describe('name of the kubectl context of that cluster'),
  distribution: z.enum(['eks', 'kind']).describe('who runs the control plane'),
  nodes: z.int().min(1).optional().describe('number of nodes; absent when the cluster scales itself'),
  owner: z
    .boolean()
    .describe(
      'whether this environment applies what belongs to the whole cluster (manifests/clusters/<name>); one per cluster',
    ),
  host: dnsLabel.optional().describe('machine whose ports the nodes publish; absent on a cloud'),
  hostPorts: z
    .strictObject({
      base: z.int().min(1024).max(65535).describe('host port of NodePort 30000'),
      count: z.int().min(1).max(2768).describe('how many ports from the base on belong to the environment'),
    })
    .optional()
    .describe('host port = base + (NodePort - 30000); NodePorts end at 32767'),
  nodeCidrs: z.array(cidr).min(1).describe('addresses of the nodes: kubelet probes come from here'),
  apiServer: z
    .strictObject({
      cidrs: z
        .array(cidr)
        .min(1)
        .describe('addresses of the API server endpoints, after translation of the Service address'),
      ports: z.array(port).min(1).describe('ports of the API server endpoints'),
    })
    .describe('where pods reach the Kubernetes API: a managed API server is no pod, so a policy needs its addresses'),
});

export const meshSchema = z.strictObject({
  injected: z.boolean().describe('whether Linkerd injects its proxy into the pods of the environment'),
  cni: z
    .boolean()
    .describe(
      'whether the Linkerd CNI plugin sets up traffic; without it an init container needs NET_ADMIN and Pod Security "privileged"',
    ),
  proxy: z
    .strictObject({
      cpuRequest: cpuQuantity
        .optional()
        .describe('CPU that a proxy reserves; absent means no annotation, and Kubernetes then reserves the limit'),
      cpuLimit: cpuQuantity.describe('CPU limit of a proxy'),
      memoryLimit: memoryQuantity.describe('memory limit of a proxy, reserved as well'),
    })
    .describe('resources of the injected proxy'),
});

export const namespacesSchema = z.strictObject({
  control: dnsLabel.describe('namespace of operator and receiver'),
  functions: z.array(dnsLabel).min(1).describe('namespaces in which functions, agents and their builds run'),
});
