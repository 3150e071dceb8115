import { z } from 'zod';
import { cidr, dnsLabel, hostName } from './names.ts';
import { cpuQuantity, memoryQuantity, resourcesSchema } from './quantity.ts';

export const operatorSchema = z.strictObject({
  replicas: z.int().min(1).max(10).describe('controller pods; one leads, the others stand by warm'),
  resources: resourcesSchema.describe('resources of one controller pod'),
  minAvailable: z
    .int()
    .min(1)
    .optional()
    .describe('pods that a voluntary disruption must leave; absent means no budget'),
  canary: z
    .strictObject({
      namespaces: z
        .array(dnsLabel)
        .min(1)
        .describe('function namespaces that it serves, and the main controller does not'),
    })
    .optional()
    .describe('a second controller, of the release <environment>-canary in stacks/releases.yaml; absent means none'),
});

const publicHost = hostName.describe('public host name of the receiver');

const ingressSchema = z.discriminatedUnion('controller', [
  z.strictObject({
    controller: z
      .literal('alb')
      .describe('AWS Load Balancer Controller; it finds the ACM certificate of the host by itself'),
    host: publicHost,
    scheme: z.enum(['internal', 'internet-facing']).describe('whether the load balancer has public addresses'),
    sourceCidrs: z.array(cidr).min(1).describe('addresses of the load balancer: the subnets that it stands in'),
  }),
  z.strictObject({
    controller: z.literal('nginx').describe('ingress-nginx in the cluster, with a certificate of cert-manager'),
    host: publicHost,
    namespace: dnsLabel.describe('namespace that the controller runs in'),
    clusterIssuer: dnsLabel.describe('cert-manager ClusterIssuer that signs the certificate'),
  }),
]);

const classifierSchema = z
  .strictObject({
    namespace: dnsLabel.describe('namespace of the pods that answer'),
    port: z.int().min(1).max(65_535).describe('port of those pods, which may differ from that of their Service'),
  })
  .optional()
  .describe(
    'whom a table of intents may ask about a text that no rule knows; absent means the network lets none be asked',
  );

const receiverDeployment = z.strictObject({
  form: z.literal('deployment').describe('a Deployment named knative-lambda-builder behind a Service'),
  replicas: z.int().min(1).max(50).describe('pods when no autoscaler is set'),
  autoscaling: z
    .strictObject({
      minReplicas: z.int().min(1).max(50).describe('smallest number of pods'),
      maxReplicas: z.int().min(1).max(50).describe('largest number of pods'),
      cpuUtilization: z.int().min(1).max(100).describe('target CPU, in percent of the request'),
    })
    .optional()
    .describe('HorizontalPodAutoscaler; it then owns the replica count'),
  minAvailable: z
    .int()
    .min(1)
    .optional()
    .describe('pods that a voluntary disruption must leave; absent means no budget'),
  resources: resourcesSchema.describe('resources of one receiver pod'),
  classifier: classifierSchema,
  ingress: ingressSchema
    .optional()
    .describe('TLS entry from outside; absent means the receiver is reached inside the cluster only'),
});

const receiverKnativeService = z.strictObject({
  form: z.literal('knative-service').describe('a Knative Service named lambda-command-receiver'),
  minScale: z.int().min(0).max(50).describe('pods kept while idle'),
  maxScale: z.int().min(1).max(50).describe('largest number of pods'),
  targetConcurrency: z.int().min(1).max(1000).describe('requests in flight per pod that the autoscaler aims at'),
  resources: resourcesSchema.describe('resources of one receiver pod'),
  classifier: classifierSchema,
});

export const receiverSchema = z
  .discriminatedUnion('form', [receiverDeployment, receiverKnativeService])
  .refine(
    (receiver) =>
      receiver.form === 'knative-service' ||
      receiver.autoscaling === undefined ||
      receiver.autoscaling.minReplicas <= receiver.autoscaling.maxReplicas,
    { path: ['autoscaling', 'minReplicas'], error: 'at most autoscaling.maxReplicas' },
  );

export const buildsSchema = z.strictObject({
  maxConcurrent: z
    .int()
    .min(1)
    .max(100)
    .describe('build Jobs that may run at once in the environment; the rest wait in a fair queue'),
  builder: z.enum(['kaniko', 'buildah']).describe('program that turns a build context into an image'),
  resources: resourcesSchema.describe('resources of one build pod'),
  nodeSelector: z
    .record(z.string(), z.string())
    .describe('labels of the nodes that builds run on; empty means any node'),
  tolerations: z
    .array(
      z.strictObject({
        key: z.string().min(1).describe('key of the taint'),
        operator: z.enum(['Exists', 'Equal']).describe('whether the value is compared'),
        value: z.string().optional().describe('value of the taint; absent where it is not compared'),
        effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).describe('effect of the taint'),
      }),
    )
    .describe('taints of nodes that builds may run on, those of spot nodes for example; empty means none'),
  priorityClass: dnsLabel.optional().describe('PriorityClass of build pods; absent means that of the cluster'),
  scratchSize: memoryQuantity.describe('most that the context of a build, and then its image, may take on a node'),
  cache: z
    .strictObject({
      repository: z.string().min(1).describe('repository of layers, with its registry'),
      needsIdentity: z
        .boolean()
        .describe('whether its registry asks for the identity of the pod, which code in the build can then use'),
    })
    .optional()
    .describe('where layers are kept; absent means that every build makes all of them'),
  pushSecret: dnsLabel
    .optional()
    .describe(
      'Secret of type kubernetes.io/dockerconfigjson in each function namespace that images are pushed with; absent means the identity of the pod or none',
    ),
  trustedHosts: z
    .array(z.string().min(1))
    .describe('hosts with private addresses that sources may be on, beside the code store; empty means none'),
});

export const capacitySchema = z.strictObject({
  functions: z.int().min(0).max(2000).describe('LambdaFunctions that a function namespace must hold'),
  agents: z.int().min(0).max(2000).describe('LambdaAgents that a function namespace must hold'),
  activePods: z
    .int()
    .min(1)
    .max(5000)
    .describe('pods of functions and agents that may run at once in a function namespace'),
  subscriptionsPerAgent: z
    .int()
    .min(0)
    .max(64)
    .describe('event subscriptions that an agent has on average; each is a dispatcher pod'),
  retainedRevisions: z.int().min(1).max(20).describe('Knative revisions kept per function or agent for rollback'),
  podResources: resourcesSchema.describe('average resources of one function or agent pod, without sidecars'),
});

const quotaFigures = z.strictObject({
  requestsCpu: cpuQuantity.describe('sum of CPU requests'),
  requestsMemory: memoryQuantity.describe('sum of memory requests'),
  limitsCpu: cpuQuantity.describe('sum of CPU limits'),
  limitsMemory: memoryQuantity.describe('sum of memory limits'),
  pods: z.int().min(1).describe('number of pods'),
  services: z.int().min(0).describe('number of Services'),
  persistentVolumeClaims: z.int().min(0).describe('number of PersistentVolumeClaims'),
});

export type QuotaFigures = z.output<typeof quotaFigures>;

export const quotaSchema = z.strictObject({
  control: z
    .union([quotaFigures, z.literal('derived')])
    .describe('ResourceQuota of the control namespace; "derived" computes it from what the namespace must hold'),
  headroomPercent: z.int().min(0).max(400).describe('what a derived quota adds to the need, in percent'),
});
