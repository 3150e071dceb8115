import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { labels } from '../operator/api/index.ts';
import type { Environment } from '../stacks/index.ts';
import { meshAnnotations } from './constructs/hardened-pod.ts';
import type { Part } from './part.ts';
import { podSecurityLevel } from './pod-security.ts';
import { allNamespaces } from './workloads.ts';

/** Namespaces with their Pod Security levels, and defaults for containers that set no resources. */
export const namespacePart: Part = {
  name: 'namespace',
  build(chart, { environment }) {
    for (const namespace of allNamespaces(environment)) {
      addNamespace(chart, environment, namespace);
      addLimitRange(chart, namespace);
    }
  },
};

function addNamespace(chart: Chart, environment: Environment, name: string): void {
  const level = podSecurityLevel(environment);
  new k8s.KubeNamespace(chart, `namespace-${name}`, {
    metadata: {
      name,
      labels: {
        [labels.appName]: 'knative-lambda',
        name,
        ...(environment.operator.canary?.namespaces.includes(name) === true ? { [labels.controller]: 'canary' } : {}),
        ...(environment.mesh.injected ? { 'linkerd.io/inject': 'enabled' } : {}),
        'pod-security.kubernetes.io/enforce': level,
        'pod-security.kubernetes.io/warn': level === 'privileged' ? 'baseline' : 'restricted',
        'pod-security.kubernetes.io/audit': 'restricted',
      },
      // removing an environment from Git must not delete what its users made
      annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled', ...meshAnnotations(environment) },
    },
  });
}

const amounts = (cpu: string, memory: string) => ({
  cpu: k8s.Quantity.fromString(cpu),
  memory: k8s.Quantity.fromString(memory),
});

/** A quota on limits refuses a container without one: queue-proxy and the mesh proxy get these. */
function addLimitRange(chart: Chart, namespace: string): void {
  new k8s.KubeLimitRange(chart, `limits-${namespace}`, {
    metadata: { name: 'knative-lambda-limits', namespace },
    spec: {
      limits: [{ type: 'Container', defaultRequest: amounts('25m', '32Mi'), default: amounts('200m', '128Mi') }],
    },
  });
}
