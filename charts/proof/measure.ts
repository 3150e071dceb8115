import { z } from 'zod';
import { type Environment, toBytes, toMillicores } from '../../stacks/index.ts';
import { loadTestNamespace } from '../workloads.ts';
import { controlNeeds, functionNeeds, knativeServiceNeed, loadTestNeeds } from './capacity.ts';
import { isCanaryTarget, withFlagger } from './flagger.ts';
import { type Manifest, nameOf, ofKind } from './manifest.ts';
import { add, type Amounts, meshProxy, type Need, nothing, times } from './need.ts';
import { podTemplates, type PodTemplate } from './pod-template.ts';

/** What a namespace needs at its peak: the objects of the output, and what other controllers make of them. */
export function measureNamespace(
  environment: Environment,
  manifests: readonly Manifest[],
  namespace: string,
): readonly Need[] {
  const inside = withFlagger(manifests).filter(({ metadata }) => metadata.namespace === namespace);
  return [
    ...podTemplates(inside).map((template) => workloadNeed(environment, inside, template)),
    ...serviceNeeds(inside),
    ...(namespace === environment.namespaces.control ? controlNeeds(environment) : []),
    ...(environment.namespaces.functions.includes(namespace) ? functionNeeds(environment) : []),
    ...(namespace === loadTestNamespace(environment) ? loadTestNeeds(environment) : []),
  ];
}

export interface Total extends Amounts {
  readonly pods: number;
  readonly services: number;
  readonly claims: number;
}

export function totalOf(needs: readonly Need[]): Total {
  const sum = (pick: (need: Need) => number): number => needs.reduce((total, need) => total + pick(need), 0);
  return {
    ...needs.reduce((total, need) => add(total, times(need.perPod, need.pods)), nothing),
    pods: sum((need) => need.pods),
    services: sum((need) => need.services),
    claims: sum((need) => need.claims),
  };
}

function serviceNeeds(manifests: readonly Manifest[]): readonly Need[] {
  return ofKind(manifests, 'Service', '').map((service) => ({
    source: nameOf(service),
    pods: 0,
    services: 1,
    claims: 0,
    perPod: nothing,
  }));
}

function workloadNeed(environment: Environment, manifests: readonly Manifest[], template: PodTemplate): Need {
  const containers = template.spec.containers.map(containerAmounts).reduce(add, nothing);
  const meshed = template.annotations['linkerd.io/inject'] === 'disabled' ? nothing : meshProxy(environment);
  const own = add(containers, meshed);
  if (template.knativeService !== undefined) {
    const knative = knativeServiceNeed(environment);
    const { pods, note } = knativePods(template);
    return {
      source: `${template.source} (${note})`,
      pods,
      services: knative.services,
      claims: 0,
      perPod: add(own, knative.perPod),
    };
  }
  const { pods, note } = deploymentPods(manifests, template);
  return { source: `${template.source} (${note})`, pods, services: 0, claims: 0, perPod: own };
}

const cpuAmount = (amount: string | undefined): number => (amount === undefined ? 0 : toMillicores(amount));
const memoryAmount = (amount: string | undefined): number => (amount === undefined ? 0 : toBytes(amount));

function containerAmounts({ resources: { requests, limits } }: PodTemplate['spec']['containers'][number]): Amounts {
  return {
    cpuRequest: cpuAmount(requests['cpu'] ?? limits['cpu']),
    memoryRequest: memoryAmount(requests['memory'] ?? limits['memory']),
    cpuLimit: cpuAmount(limits['cpu']),
    memoryLimit: memoryAmount(limits['memory']),
  };
}

function knativePods({ annotations }: PodTemplate): { readonly pods: number; readonly note: string } {
  const maxScale = Number(annotations['autoscaling.knative.dev/max-scale'] ?? 0);
  return { pods: maxScale + 1, note: `${maxScale} at most + 1 of the next revision` };
}

const rollingWorkload = z.looseObject({
  spec: z.looseObject({
    replicas: z.int().optional(),
    strategy: z
      .looseObject({ rollingUpdate: z.looseObject({ maxSurge: z.union([z.int(), z.string()]) }).optional() })
      .optional(),
  }),
});

const autoscaler = z.looseObject({
  spec: z.looseObject({ maxReplicas: z.int(), scaleTargetRef: z.looseObject({ name: z.string() }) }),
});

function deploymentPods(manifests: readonly Manifest[], template: PodTemplate) {
  const workload = manifests.find((manifest) => nameOf(manifest) === template.source);
  const { spec } = rollingWorkload.parse(workload);
  const scaler = ofKind(manifests, 'HorizontalPodAutoscaler')
    .map((one) => autoscaler.parse(one).spec)
    .find(({ scaleTargetRef }) => scaleTargetRef.name === workload?.metadata.name);
  const replicas = scaler?.maxReplicas ?? spec.replicas ?? 1;
  // Flagger updates the primary only when the canary is done, so the two share one surge
  const maxSurge = isCanaryTarget(manifests, workload) ? 0 : (spec.strategy?.rollingUpdate?.maxSurge ?? '25%');
  const surge = surgeOf(maxSurge, replicas);
  const bound = scaler === undefined ? (replicas === 1 ? 'replica' : 'replicas') : 'at most by the autoscaler';
  return { pods: replicas + surge, note: `${replicas} ${bound} + ${surge} while rolling` };
}

function surgeOf(surge: number | string, replicas: number): number {
  return typeof surge === 'number' ? surge : Math.ceil((Number(surge.replace('%', '')) / 100) * replicas);
}
