import { type Manifest, nameOf } from './manifest.ts';
import type { Output } from './output.ts';

/** Every kind that a part may emit, at the version that current releases serve. */
const known = new Set([
  'v1/Namespace',
  'v1/ConfigMap',
  'v1/Service',
  'v1/ServiceAccount',
  'v1/ResourceQuota',
  'v1/LimitRange',
  'apps/v1/Deployment',
  'batch/v1/Job',
  'batch/v1/CronJob',
  'autoscaling/v2/HorizontalPodAutoscaler',
  'policy/v1/PodDisruptionBudget',
  'networking.k8s.io/v1/NetworkPolicy',
  'networking.k8s.io/v1/Ingress',
  'rbac.authorization.k8s.io/v1/Role',
  'rbac.authorization.k8s.io/v1/RoleBinding',
  'rbac.authorization.k8s.io/v1/ClusterRole',
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding',
  'serving.knative.dev/v1/Service',
  'eventing.knative.dev/v1/Broker',
  'eventing.knative.dev/v1alpha1/RabbitmqBrokerConfig',
  'sources.knative.dev/v1/ContainerSource',
  'rabbitmq.com/v1beta1/RabbitmqCluster',
  'rabbitmq.com/v1beta1/Vhost',
  'rabbitmq.com/v1beta1/User',
  'rabbitmq.com/v1beta1/Permission',
  'rabbitmq.com/v1beta1/Policy',
  'rabbitmq.com/v1beta1/OperatorPolicy',
  'rabbitmq.com/v1beta1/Queue',
  'rabbitmq.com/v1beta1/Exchange',
  'rabbitmq.com/v1beta1/Binding',
  'lambda.knative.io/v1alpha1/LambdaFunction',
  'lambda.knative.io/v1alpha1/LambdaAgent',
  'operator.knative.dev/v1beta1/KnativeServing',
  'operator.knative.dev/v1beta1/KnativeEventing',
  'cert-manager.io/v1/Certificate',
  'bitnami.com/v1alpha1/SealedSecret',
  'source.toolkit.fluxcd.io/v1/GitRepository',
  'source.toolkit.fluxcd.io/v1/OCIRepository',
  'notification.toolkit.fluxcd.io/v1/Receiver',
  'notification.toolkit.fluxcd.io/v1beta3/Provider',
  'notification.toolkit.fluxcd.io/v1beta3/Alert',
  'image.toolkit.fluxcd.io/v1/ImageRepository',
  'image.toolkit.fluxcd.io/v1/ImagePolicy',
  'image.toolkit.fluxcd.io/v1/ImageUpdateAutomation',
  'kustomize.toolkit.fluxcd.io/v1/Kustomization',
  'flagger.app/v1beta1/Canary',
  'flagger.app/v1beta1/MetricTemplate',
  'flagger.app/v1beta1/AlertProvider',
  'gateway.networking.k8s.io/v1/HTTPRoute',
  'external-secrets.io/v1/ExternalSecret',
  'external-secrets.io/v1/SecretStore',
  'monitoring.coreos.com/v1/ServiceMonitor',
  'monitoring.coreos.com/v1/PodMonitor',
  'monitoring.coreos.com/v1/PrometheusRule',
  'monitoring.coreos.com/v1alpha1/AlertmanagerConfig',
  'monitoring.coreos.com/v1alpha1/ScrapeConfig',
  'generators.external-secrets.io/v1alpha1/ECRAuthorizationToken',
  'generators.external-secrets.io/v1alpha1/Password',
  'k6.io/v1alpha1/TestRun',
]);

/** Versions that are gone, with the release that dropped them, so that the message can say what to use. */
const removed: Readonly<Record<string, string>> = {
  'policy/v1beta1': 'gone since Kubernetes 1.25, use policy/v1',
  'autoscaling/v2beta2': 'gone since Kubernetes 1.26, use autoscaling/v2',
  'batch/v1beta1': 'gone since Kubernetes 1.25, use batch/v1',
  'networking.k8s.io/v1beta1': 'gone since Kubernetes 1.22, use networking.k8s.io/v1',
  'image.toolkit.fluxcd.io/v1beta2': 'gone since Flux 2.9, use image.toolkit.fluxcd.io/v1',
  'notification.toolkit.fluxcd.io/v1beta2': 'gone since Flux 2.9, use v1beta3 for Alert and Provider, v1 for Receiver',
  'image.toolkit.fluxcd.io/v1beta1': 'gone, use image.toolkit.fluxcd.io/v1',
  'notification.toolkit.fluxcd.io/v1beta1': 'gone, use v1beta3 for Alert and Provider, v1 for Receiver',
  'kustomize.toolkit.fluxcd.io/v1beta1': 'gone, use kustomize.toolkit.fluxcd.io/v1',
  'source.toolkit.fluxcd.io/v1beta1': 'gone, use source.toolkit.fluxcd.io/v1',
  'kustomize.toolkit.fluxcd.io/v1beta2': 'superseded, use kustomize.toolkit.fluxcd.io/v1',
  'source.toolkit.fluxcd.io/v1beta2': 'superseded, use source.toolkit.fluxcd.io/v1',
  'external-secrets.io/v1beta1': 'no longer served, use external-secrets.io/v1',
  'split.smi-spec.io/v1alpha3': 'SMI is archived, use Gateway API routes',
};

/** An object whose version is gone, or that nobody has looked up. */
export function knownApiFaults({ manifests, shared }: Output): readonly string[] {
  return [...manifests, ...shared].flatMap(faultOf);
}

function faultOf(manifest: Manifest): readonly string[] {
  const { apiVersion, kind } = manifest;
  const gone = removed[apiVersion];
  if (gone !== undefined) {
    return [`${nameOf(manifest)}: got ${apiVersion}, ${gone}`];
  }
  return known.has(`${apiVersion}/${kind}`) || kind === 'CustomResourceDefinition'
    ? []
    : [
        `${nameOf(manifest)}: got ${apiVersion} ${kind}, which is not in charts/proof/known-api.ts; look the served version up and add it there`,
      ];
}
