import { nameOf } from './manifest.ts';
import type { Output } from './output.ts';

/** Annotations by the kind of object that something reads them from; `Pod` is the template of any workload. */
const readFrom: Readonly<Record<string, readonly string[]>> = {
  // Linkerd injector: https://linkerd.io/2/reference/proxy-configuration
  'linkerd.io/inject': ['Pod', 'Namespace'],
  'config.linkerd.io/proxy-cpu-request': ['Pod', 'Namespace'],
  'config.linkerd.io/proxy-cpu-limit': ['Pod', 'Namespace'],
  'config.linkerd.io/proxy-memory-limit': ['Pod', 'Namespace'],
  // Knative Serving reads scaling from the revision template only
  'autoscaling.knative.dev/min-scale': ['Pod'],
  'autoscaling.knative.dev/max-scale': ['Pod'],
  'autoscaling.knative.dev/target': ['Pod'],
  // eventing-rabbitmq: docs/broker.md, docs/resource-requirements.md, webhook of Trigger for parallelism
  'eventing.knative.dev/broker.class': ['Broker'],
  'rabbitmq.eventing.knative.dev/cpu-request': ['Broker', 'Trigger'],
  'rabbitmq.eventing.knative.dev/cpu-limit': ['Broker', 'Trigger'],
  'rabbitmq.eventing.knative.dev/memory-request': ['Broker', 'Trigger'],
  'rabbitmq.eventing.knative.dev/memory-limit': ['Broker', 'Trigger'],
  'rabbitmq.eventing.knative.dev/parallelism': ['Trigger'],
  // RabbitMQ topology operator, rabbitmqclient/cluster_reference.go: of the cluster, and of a connection Secret
  'rabbitmq.com/topology-allowed-namespaces': ['RabbitmqCluster', 'Secret'],
  // EKS pod identity webhook and External Secrets
  'eks.amazonaws.com/role-arn': ['ServiceAccount'],
  // AWS Load Balancer Controller
  'alb.ingress.kubernetes.io/scheme': ['Ingress'],
  'alb.ingress.kubernetes.io/target-type': ['Ingress'],
  'alb.ingress.kubernetes.io/listen-ports': ['Ingress'],
  'alb.ingress.kubernetes.io/healthcheck-path': ['Ingress'],
  // ingress-nginx: requests go to the address of the Service, so that its mesh proxy can split them
  'nginx.ingress.kubernetes.io/service-upstream': ['Ingress'],
  // Flux kustomize-controller
  'kustomize.toolkit.fluxcd.io/substitute': ['*'],
  'kustomize.toolkit.fluxcd.io/prune': ['*'],
  // sidecar of Grafana, where its setting folderAnnotation names it
  grafana_folder: ['ConfigMap'],
  // ours: shown to people
  'lambda.knative.io/version': ['Deployment', 'Service'],
  'lambda.knative.io/commit': ['Deployment', 'Service'],
  'lambda.knative.io/config-hash': ['Pod'],
};

/** An annotation that nobody reads, or that sits on an object from which nobody reads it. */
export function annotationFaults({ manifests, templates }: Output): readonly string[] {
  return [
    ...manifests.flatMap((manifest) => check(manifest.metadata.annotations ?? {}, manifest.kind, nameOf(manifest))),
    ...templates.flatMap(({ annotations, source }) => check(annotations, 'Pod', `pods of ${source}`)),
  ];
}

function check(annotations: Readonly<Record<string, string>>, kind: string, name: string): readonly string[] {
  return Object.keys(annotations).flatMap((key) => {
    const kinds = readFrom[key];
    if (kinds === undefined) {
      return [
        `${name}: got annotation ${key}, which nothing is known to read; add its reader to charts/proof/annotations.ts`,
      ];
    }
    return kinds.includes(kind) || kinds.includes('*')
      ? []
      : [`${name}: got annotation ${key}, which is read from ${kinds.join(' or ')} only; move it there`];
  });
}
