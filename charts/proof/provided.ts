import type { Environment } from '../../stacks/index.ts';
import { names } from '../workloads.ts';

/** Something that the output refers to and somebody else makes. */
export interface Provided {
  readonly kind: string;
  readonly name: string;
  readonly by: string;
}

/** References that resolve outside the output, each with who keeps the promise. */
export function providedByPlatform({ delivery, receiver, namespaces }: Environment): readonly Provided[] {
  const ingress = receiver.form === 'deployment' ? receiver.ingress : undefined;
  return [
    ...['view', 'edit', 'admin'].map((name) => ({ kind: 'ClusterRole', name, by: 'Kubernetes' })),
    { kind: 'Namespace', name: 'flux-system', by: 'Flux' },
    ...(delivery.credentialsSecret === undefined
      ? []
      : [{ kind: 'Secret', name: `flux-system/${delivery.credentialsSecret}`, by: 'whoever sets Flux up' }]),
    ...delivery.dependsOn.map((name) => ({ kind: 'Kustomization', name: `flux-system/${name}`, by: 'the platform' })),
    ...(ingress?.controller !== 'nginx'
      ? []
      : [
          {
            kind: 'Secret',
            name: `${namespaces.control}/${names.receiverDeployment}-tls`,
            by: 'cert-manager, from the annotation of the Ingress',
          },
        ]),
  ];
}

/** Policies whose pods are made in the cluster: by the operator for functions and builds, by RabbitMQ's own operator. */
export const policiesOfLaterPods: readonly string[] = [names.function, 'knative-lambda-builds', 'rabbitmq'];
