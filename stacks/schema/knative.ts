import { z } from 'zod';
import { dnsLabel, hostName } from './names.ts';

export const knativeSchema = z.strictObject({
  version: z
    .string()
    .regex(/^[0-9]+\.[0-9]+(\.[0-9]+)?$/, 'a release of Knative, for example 1.19')
    .describe('release of Serving and Eventing that the Knative operator installs'),
  maxCallSeconds: z
    .int()
    .min(600)
    .max(86_400)
    .describe('longest call that a function or agent may ask for; agents wait for models and for approval'),
  skipTagResolving: z
    .array(z.string().min(1).max(253))
    .describe('registries whose tags Knative does not resolve to digests, because it cannot reach or log in to them'),
});

export const functionsIngressSchema = z.discriminatedUnion('exposure', [
  z.strictObject({
    exposure: z.literal('cluster-local').describe('functions are reached inside the cluster only'),
  }),
  z.strictObject({
    exposure: z
      .literal('public')
      .describe('functions are reached from outside as <function>.<namespace>.<domain>, over TLS'),
    domain: hostName.describe('domain of the functions'),
    ingressClass: dnsLabel.describe('IngressClass of the controller that ends TLS before the Knative gateway'),
    clusterIssuer: dnsLabel.describe(
      'cert-manager ClusterIssuer that signs the wildcard certificate; it must solve DNS-01',
    ),
  }),
]);
