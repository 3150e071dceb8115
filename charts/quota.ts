import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Environment, QuotaFigures } from '../stacks/index.ts';
import type { Manifest } from './proof/manifest.ts';
import { measureNamespace, totalOf } from './proof/measure.ts';
import { allNamespaces, names } from './workloads.ts';

const gibibyte = 1024 ** 3;

/** Figures for what a namespace needs, with the headroom of the environment, in whole cores and gibibytes. */
function deriveFigures(environment: Environment, manifests: readonly Manifest[], namespace: string): QuotaFigures {
  const total = totalOf(measureNamespace(environment, manifests, namespace));
  const withHeadroom = (need: number, unit: number): number =>
    Math.ceil((need * (100 + environment.quota.headroomPercent)) / 100 / unit);
  return {
    requestsCpu: String(withHeadroom(total.cpuRequest, 1000)),
    requestsMemory: `${withHeadroom(total.memoryRequest, gibibyte)}Gi`,
    limitsCpu: String(withHeadroom(total.cpuLimit, 1000)),
    limitsMemory: `${withHeadroom(total.memoryLimit, gibibyte)}Gi`,
    pods: withHeadroom(total.pods, 1),
    services: withHeadroom(total.services, 1),
    persistentVolumeClaims: total.claims,
  };
}

/** The quota of a namespace: the published figures where there are any, derived ones elsewhere. */
export function quotaFigures(
  environment: Environment,
  manifests: readonly Manifest[],
  namespace: string,
): QuotaFigures {
  const { control } = environment.quota;
  const isControl = namespace === environment.namespaces.control;
  return isControl && control !== 'derived' ? control : deriveFigures(environment, manifests, namespace);
}

const quantity = (value: string | number) => k8s.Quantity.fromString(String(value));

/** One ResourceQuota for each namespace, sized from the objects of all other parts. */
export function buildQuotas(chart: Chart, environment: Environment, manifests: readonly Manifest[]): void {
  for (const namespace of allNamespaces(environment)) {
    const figures = quotaFigures(environment, manifests, namespace);
    new k8s.KubeResourceQuota(chart, `quota-${namespace}`, {
      metadata: { name: names.quota, namespace },
      spec: {
        hard: {
          'requests.cpu': quantity(figures.requestsCpu),
          'requests.memory': quantity(figures.requestsMemory),
          'limits.cpu': quantity(figures.limitsCpu),
          'limits.memory': quantity(figures.limitsMemory),
          pods: quantity(figures.pods),
          services: quantity(figures.services),
          persistentvolumeclaims: quantity(figures.persistentVolumeClaims),
        },
      },
    });
  }
}
