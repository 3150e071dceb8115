import { z } from 'zod';
import { clusterSchema, meshSchema, namespacesSchema } from './schema/cluster.ts';
import { deliverySchema } from './schema/delivery.ts';
import { functionsIngressSchema, knativeSchema } from './schema/knative.ts';
import { dnsLabel } from './schema/names.ts';
import {
  accessSchema,
  costSchema,
  featuresSchema,
  monitoringSchema,
  rabbitmqSchema,
  rolloutSchema,
} from './schema/operations.ts';
import { cloudSchema, codeStoreSchema, imageRegistrySchema, secretsSchema } from './schema/storage.ts';
import { buildsSchema, capacitySchema, operatorSchema, quotaSchema, receiverSchema } from './schema/workloads.ts';

/** The only place where a setting of an environment is declared; the seven files beside it hold values. */
export const environmentSchema = z.strictObject({
  name: dnsLabel.describe('name of the environment, its folder in manifests/ and its Pulumi stack'),
  role: z
    .enum(['development', 'light-development', 'pre-production', 'production', 'light-production'])
    .describe('what the environment is for'),
  replaces: dnsLabel.optional().describe('environment that this one stands in for; both are never applied together'),
  cluster: clusterSchema.describe('cluster and network that the environment runs on'),
  namespaces: namespacesSchema.describe('namespaces of the environment'),
  watch: z
    .enum(['all', 'listed'])
    .describe(
      'all: the operator watches every namespace, with a ClusterRole; listed: the function namespaces only, with Roles',
    ),
  mesh: meshSchema.describe('service mesh'),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).describe('least severity that is logged'),
  imagePullPolicy: z.enum(['Always', 'IfNotPresent']).describe('when nodes pull the images of operator and receiver'),
  operator: operatorSchema.describe('the controller, Deployment knative-lambda-operator'),
  receiver: receiverSchema.describe('the CloudEvents API'),
  builds: buildsSchema.describe('image builds'),
  capacity: capacitySchema.describe('what a function namespace is sized for'),
  quota: quotaSchema.describe('resource quotas; every namespace of every environment has one'),
  cloud: cloudSchema.optional().describe('AWS account of the environment; absent where no cloud is used'),
  imageRegistry: imageRegistrySchema.describe('where images are pushed and pulled'),
  codeStore: codeStoreSchema.describe('where uploaded code lies'),
  secrets: secretsSchema.describe('where secrets come from'),
  rabbitmq: rabbitmqSchema.describe('event broker'),
  knative: knativeSchema.describe('Knative of the cluster; environments that share one give the same values'),
  functionsIngress: functionsIngressSchema.describe('who reaches functions'),
  rollout: rolloutSchema.describe('progressive delivery'),
  monitoring: monitoringSchema.describe('metrics, alerts and traces'),
  loadTests: z
    .enum(['none', 'on-demand', 'available', 'installed', 'smoke-before-promotion'])
    .describe(
      'k6 load tests: none; or accounts, scripts and quota are there, and a run is started by a person or, with smoke-before-promotion, by a promotion too; never by delivery',
    ),
  delivery: deliverySchema.describe('how changes reach the cluster'),
  access: accessSchema,
  cost: costSchema.optional(),
  features: featuresSchema,
});

export type Environment = z.output<typeof environmentSchema>;
export type EnvironmentValues = z.input<typeof environmentSchema>;
