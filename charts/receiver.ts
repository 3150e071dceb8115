import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { labels as labelKeys } from '../operator/api/index.ts';
import type { Environment } from '../stacks/index.ts';
import { operatorConfiguration, processVariables } from './configuration.ts';
import {
  cloudIdentity,
  configHash,
  hardenedContainer,
  hardenedPodTemplate,
  meshAnnotations,
  temporaryMount,
  temporaryVolume,
} from './constructs/hardened-pod.ts';
import { operatorImage } from './constructs/image.ts';
import { releaseAnnotations } from './constructs/release.ts';
import { componentLabels } from './constructs/labels.ts';
import { resourceRequirements } from './constructs/resources.ts';
import { KnativeService } from './imports/knative-service.ts';
import type { Part, PartContext } from './part.ts';
import { receiverFlows, receiverPort } from './receiver-flows.ts';
import { addReceiverIngress } from './receiver-ingress.ts';
import { receiverSettings } from './receiver-settings.ts';
import { names, receiverPods } from './workloads.ts';

type DeploymentForm = Extract<Environment['receiver'], { form: 'deployment' }>;
type KnativeForm = Extract<Environment['receiver'], { form: 'knative-service' }>;

const httpGet = (path: string) => ({ path, port: k8s.IntOrString.fromNumber(receiverPort) });

/** The CloudEvents API, as a Deployment behind a Service or as a Knative Service. */
export const receiverPart: Part = {
  name: 'receiver',
  flows: receiverFlows,
  build(chart, context) {
    const { receiver } = context.environment;
    switch (receiver.form) {
      case 'deployment':
        return addDeployment(chart, context, receiver);
      case 'knative-service':
        return addKnativeService(chart, context, receiver);
    }
  },
};

function receiverContainer({ environment, releases }: PartContext, name: string): k8s.Container {
  return {
    name,
    image: operatorImage(environment, releases),
    args: ['--mode=receiver'],
    resources: resourceRequirements(environment.receiver.resources),
    readinessProbe: { httpGet: httpGet('/ready'), initialDelaySeconds: 2, periodSeconds: 5 },
    livenessProbe: { httpGet: httpGet('/health'), initialDelaySeconds: 5, periodSeconds: 10 },
  };
}

function addDeployment(chart: Chart, context: PartContext, receiver: DeploymentForm): void {
  const { environment, releases } = context;
  // Flagger gives the primary another value of this label and copies all others, so nothing else may select by it
  const selector = { [labelKeys.appName]: names.receiverDeployment };
  const kept = receiverPods(environment).labels ?? {};
  const labels = { ...componentLabels(names.receiverDeployment, 'lambda-receiver'), ...kept };
  const metadata = { name: names.receiverDeployment, namespace: environment.namespaces.control, labels };
  const { env, mounts, volumes } = receiverSettings(environment);
  const template = hardenedPodTemplate({
    environment,
    volumes,
    labels,
    config: operatorConfiguration(environment, releases),
    cloudRole: 'receiver',
    serviceAccountName: names.receiver,
    container: {
      ...receiverContainer(context, 'builder'),
      ports: [{ name: 'http', containerPort: receiverPort }],
      env: [...processVariables(names.receiverDeployment), ...env],
      volumeMounts: mounts,
    },
  });
  new k8s.KubeDeployment(chart, 'deployment', {
    metadata: { ...metadata, annotations: releaseAnnotations(context) },
    spec: {
      ...(hasFixedReplicas(environment, receiver) ? { replicas: receiver.replicas } : {}),
      selector: { matchLabels: selector },
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: { maxSurge: k8s.IntOrString.fromNumber(1), maxUnavailable: k8s.IntOrString.fromNumber(0) },
      },
      template,
    },
  });
  addService(chart, metadata, servingPods(environment));
  addAutoscaler(chart, metadata, autoscalingOf(environment, receiver));
  addDisruptionBudget(chart, metadata, receiver, kept);
  if (receiver.ingress !== undefined) {
    addReceiverIngress(chart, metadata, { features: environment.features, ingress: receiver.ingress });
  }
}

function hasFixedReplicas({ rollout }: Environment, { autoscaling }: DeploymentForm): boolean {
  return autoscaling === undefined && rollout.canary === 'none';
}

/** Pods that take requests of users: with a canary those of the primary, a copy of the Deployment that Flagger makes. */
function servingPods({ rollout }: Environment): Record<string, string> {
  const name = names.receiverDeployment;
  return { [labelKeys.appName]: rollout.canary === 'none' ? name : `${name}-primary` };
}

const canaryCpuUtilization = 80;

/** With a canary the Deployment is the canary, and the range of the primary stands in the Canary. */
function autoscalingOf({ rollout }: Environment, { autoscaling }: DeploymentForm): DeploymentForm['autoscaling'] {
  return rollout.canary === 'none'
    ? autoscaling
    : {
        minReplicas: 1,
        maxReplicas: rollout.canaryReplicas,
        cpuUtilization: autoscaling?.cpuUtilization ?? canaryCpuUtilization,
      };
}

function addService(chart: Chart, metadata: k8s.ObjectMeta, selector: Record<string, string>): void {
  const targetPort = k8s.IntOrString.fromString('http');
  new k8s.KubeService(chart, 'service', {
    metadata,
    spec: {
      selector,
      ports: [
        { name: 'http', port: 80, targetPort },
        { name: 'api', port: receiverPort, targetPort },
      ],
    },
  });
}

function addAutoscaler(chart: Chart, metadata: k8s.ObjectMeta, autoscaling: DeploymentForm['autoscaling']): void {
  if (autoscaling === undefined) {
    return;
  }
  const { minReplicas, maxReplicas, cpuUtilization } = autoscaling;
  new k8s.KubeHorizontalPodAutoscalerV2(chart, 'autoscaler', {
    metadata,
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: names.receiverDeployment },
      minReplicas,
      maxReplicas,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpuUtilization } },
        },
      ],
    },
  });
}

function addDisruptionBudget(
  chart: Chart,
  metadata: k8s.ObjectMeta,
  { minAvailable }: DeploymentForm,
  matchLabels: Record<string, string>,
): void {
  if (minAvailable !== undefined) {
    new k8s.KubePodDisruptionBudget(chart, 'disruption-budget', {
      metadata,
      spec: { minAvailable: k8s.IntOrString.fromNumber(minAvailable), selector: { matchLabels } },
    });
  }
}

function addKnativeService(chart: Chart, context: PartContext, receiver: KnativeForm): void {
  const { environment, releases } = context;
  const labels = componentLabels(names.receiverKnativeService, 'lambda-receiver');
  const settings = receiverSettings(environment);
  const identity = cloudIdentity(environment, 'receiver');
  new KnativeService(chart, 'knative-service', {
    metadata: {
      name: names.receiverKnativeService,
      namespace: environment.namespaces.control,
      labels: { ...labels, 'networking.knative.dev/visibility': 'cluster-local' },
      annotations: releaseAnnotations(context),
    },
    spec: {
      template: {
        metadata: {
          labels: { ...labels, environment: environment.name },
          annotations: {
            'autoscaling.knative.dev/min-scale': String(receiver.minScale),
            'autoscaling.knative.dev/max-scale': String(receiver.maxScale),
            'autoscaling.knative.dev/target': String(receiver.targetConcurrency),
            ...meshAnnotations(environment),
            ...configHash(operatorConfiguration(environment, releases)),
          },
        },
        spec: {
          serviceAccountName: names.receiver,
          containerConcurrency: receiver.targetConcurrency,
          timeoutSeconds: 60,
          containers: [
            {
              ...receiverContainer(context, 'receiver'),
              imagePullPolicy: environment.imagePullPolicy,
              ports: [{ containerPort: receiverPort }],
              securityContext: hardenedContainer,
              envFrom: [{ configMapRef: { name: names.config } }],
              env: [
                { name: 'POD_NAMESPACE', value: environment.namespaces.control },
                ...processVariables(names.receiverKnativeService),
                ...identity.env,
                ...settings.env,
              ],
              volumeMounts: [temporaryMount, ...identity.mounts, ...settings.mounts],
            },
          ],
          volumes: [temporaryVolume, ...identity.volumes, ...settings.volumes],
        },
      },
    },
  });
}
