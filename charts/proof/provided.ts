import type { Environment } from '../../stacks/index.ts';
import { platformMonitors } from '../cluster-monitors.ts';
import { names } from '../workloads.ts';

/** Something that the output refers to and somebody else makes. */
export interface Provided {
  readonly kind: string;
  readonly name: string;
  readonly by: string;
}

/** References that resolve outside the output, each with who keeps the promise. */
export function providedByPlatform({ delivery, monitoring, receiver, namespaces }: Environment): readonly Provided[] {
  const ingress = receiver.form === 'deployment' ? receiver.ingress : undefined;
  return [
    ...['view', 'edit', 'admin'].map((name) => ({ kind: 'ClusterRole', name, by: 'Kubernetes' })),
    { kind: 'Namespace', name: names.fluxNamespace, by: 'Flux' },
    { kind: 'Namespace', name: monitoring.namespace, by: 'the monitoring stack' },
    ...(delivery.credentialsSecret === undefined
      ? []
      : [{ kind: 'Secret', name: `${names.fluxNamespace}/${delivery.credentialsSecret}`, by: 'whoever sets Flux up' }]),
    ...delivery.dependsOn.map((name) => ({
      kind: 'Kustomization',
      name: `${names.fluxNamespace}/${name}`,
      by: 'the platform',
    })),
    ...(ingress?.controller !== 'nginx'
      ? []
      : [
          {
            kind: 'Secret',
            name: `${namespaces.control}/${names.receiverTlsSecret}`,
            by: 'cert-manager, from the annotation of the Ingress',
          },
        ]),
  ];
}

/** Monitors whose targets are made in the cluster: by the operator, by RabbitMQ's own operator, or by the platform. */
export function monitorsOfLaterPods({ rabbitmq }: Environment): readonly string[] {
  return ['knative-lambda-functions', 'knative-lambda-agents', rabbitmq.cluster, ...platformMonitors];
}

/** Policies whose pods are made in the cluster: by the operator for functions and builds, by RabbitMQ's own operator. */
export const policiesOfLaterPods: readonly string[] = [names.function, names.builds, names.broker];
