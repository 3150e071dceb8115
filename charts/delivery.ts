import type { Chart } from 'cdk8s';
import { definitionName, kinds } from '../operator/api/index.ts';
import type { Environment } from '../stacks/index.ts';
import { FluxKustomization, GitRepository } from './imports/flux.ts';
import { names } from './workloads.ts';

const namespace = names.fluxNamespace;

/** Kustomization of what belongs to the cluster; those of environments wait for it. */
const clusterKustomization = 'knative-lambda-cluster';

/**
 * How Flux delivers a cluster: its source, what belongs to the cluster, and each environment on it. The source is read
 * every 5 minutes or when it is told of a push; drift is mended within a minute.
 */
export function buildDelivery(chart: Chart, owner: Environment, environments: readonly Environment[]): void {
  if (owner.delivery.mode !== 'gitops') {
    return;
  }
  const { repository, source, branch, path, credentialsSecret } = owner.delivery;
  new GitRepository(chart, 'source', {
    metadata: { name: source, namespace },
    spec: {
      url: repository,
      interval: '5m',
      timeout: '3m',
      ref: { branch },
      ...(credentialsSecret === undefined ? {} : { secretRef: { name: credentialsSecret } }),
    },
  });
  const common = {
    retryInterval: '30s',
    timeout: '5m',
    sourceRef: { kind: 'GitRepository', name: source },
  } as const;
  new FluxKustomization(chart, 'cluster', {
    metadata: { name: clusterKustomization, namespace },
    spec: {
      ...common,
      interval: '10m',
      path: `${path}/clusters/${owner.cluster.name}`,
      // custom resources are never pruned: everything of their kind would go with them
      prune: false,
      // to wait for all would be to wait for the environments, which wait for this
      wait: false,
      healthChecks: kinds.map((kind) => ({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        name: definitionName(kind),
      })),
    },
  });
  for (const { name, delivery } of environments) {
    new FluxKustomization(chart, name, {
      metadata: { name: delivery.kustomization, namespace, labels: { environment: name } },
      spec: {
        ...common,
        interval: '1m',
        path: `${path}/${name}`,
        prune: true,
        wait: true,
        dependsOn: [clusterKustomization, ...delivery.dependsOn].map((one) => ({ name: one })),
      },
    });
  }
}
