import type { Environment } from '../../stacks/index.ts';
import { platformMonitors } from '../cluster-monitors.ts';
import { deliverySecrets, requiredSecrets } from '../required-secrets.ts';
import { names } from '../workloads.ts';

/** Something that the output refers to and somebody else makes. */
export interface Provided {
  readonly kind: string;
  readonly name: string;
  readonly by: string;
}

/** References that resolve outside the output, each with who keeps the promise. */
export function providedByPlatform(environment: Environment): readonly Provided[] {
  const { delivery, functionsIngress, monitoring, rabbitmq, secrets } = environment;
  return [
    ...['view', 'edit', 'admin'].map((name) => ({ kind: 'ClusterRole', name, by: 'Kubernetes' })),
    { kind: 'Namespace', name: names.fluxNamespace, by: 'Flux' },
    { kind: 'Namespace', name: monitoring.namespace, by: 'the monitoring stack' },
    ...(rabbitmq.owned
      ? []
      : [
          {
            kind: 'RabbitmqCluster',
            name: `${rabbitmq.namespace}/${rabbitmq.cluster}`,
            by: 'whoever runs the shared broker; its annotation must allow the control namespace',
          },
        ]),
    // the synth reports those that nobody has sealed yet
    ...(secrets.backend === 'sealed'
      ? requiredSecrets(environment).map(({ name, namespace }) => ({
          kind: 'Secret',
          name: `${namespace}/${name}`,
          by: 'make seal',
        }))
      : []),
    ...deliverySecrets(delivery).map(({ name, namespace }) => ({
      kind: 'Secret',
      name: `${namespace}/${name}`,
      by: 'whoever sets Flux up (docs/operations/delivery.md)',
    })),
    ...delivery.dependsOn.map((name) => ({
      kind: 'Kustomization',
      name: `${names.fluxNamespace}/${name}`,
      by: 'the platform',
    })),
    ...[names.servingNamespace, names.eventingNamespace].map((name) => ({
      kind: 'Namespace',
      name,
      by: 'whoever installs the Knative operator',
    })),
    ...issuersOf(environment).map((name) => ({ kind: 'ClusterIssuer', name, by: 'the platform' })),
    ...(functionsIngress.exposure === 'cluster-local'
      ? []
      : [
          { kind: 'Namespace', name: names.gatewayNamespace, by: 'Knative' },
          { kind: 'Service', name: `${names.gatewayNamespace}/${names.gateway}`, by: 'Knative' },
        ]),
  ];
}

/** Monitors whose targets are made in the cluster: by the operator, by RabbitMQ's own operator, or by the platform. */
export function monitorsOfLaterPods({ rabbitmq }: Environment): readonly string[] {
  return ['knative-lambda-functions', 'knative-lambda-agents', rabbitmq.cluster, ...platformMonitors];
}

/** Issuers that the settings name. */
function issuersOf({ functionsIngress, receiver }: Environment): readonly string[] {
  const ingress = receiver.form === 'deployment' ? receiver.ingress : undefined;
  return [
    ...(ingress?.controller === 'nginx' ? [ingress.clusterIssuer] : []),
    ...(functionsIngress.exposure === 'public' ? [functionsIngress.clusterIssuer] : []),
  ];
}

/** Policies whose pods are made in the cluster: by the operator for functions and builds, by the operators of RabbitMQ and k6. */
export const policiesOfLaterPods: readonly string[] = [
  names.function,
  names.agent,
  names.builds,
  names.broker,
  names.brokerIngress,
  names.brokerDispatcher,
  names.loadTests,
];
