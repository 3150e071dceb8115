import type { Chart } from 'cdk8s';
import { definitionName, kinds } from '../operator/api/index.ts';
import type { Environment } from '../stacks/index.ts';
import { ecrHost } from './constructs/image.ts';
import { clusterKustomization, sourceKind } from './cluster-source.ts';
import type { ClusterContext } from './part.ts';
import { addNotifications } from './delivery-notifications.ts';
import { readableConditions } from './health-checks.ts';
import { addImageAutomation } from './image-automation.ts';
import { FluxKustomization, GitRepository, OciRepository } from './imports/flux.ts';
import { names } from './workloads.ts';

const namespace = names.fluxNamespace;

/**
 * How Flux delivers a cluster: its source, what belongs to the cluster, each environment on it, and who is told. The
 * source is read every 5 minutes or when it is told of a push; drift is mended within a minute.
 */
export function buildDelivery(chart: Chart, cluster: ClusterContext): void {
  if (cluster.owner.delivery.mode !== 'gitops') {
    return;
  }
  addSource(chart, cluster.owner);
  addClusterKustomization(chart, cluster.owner);
  cluster.environments.forEach((environment) => addEnvironmentKustomization(chart, environment));
  addNotifications(chart, cluster);
  cluster.environments.forEach((environment) => addImageAutomation(chart, environment));
}

function addSource(chart: Chart, owner: Environment): void {
  const { repository, source, branch, credentialsSecret } = owner.delivery;
  const metadata = { name: source, namespace };
  const common = {
    url: repository,
    interval: '5m',
    timeout: '3m',
    ...(credentialsSecret === undefined ? {} : { secretRef: { name: credentialsSecret } }),
  };
  switch (sourceKind(owner)) {
    case 'GitRepository':
      new GitRepository(chart, 'source', { metadata, spec: { ...common, ref: { branch } } });
      return;
    case 'OCIRepository': {
      const provider = ecrHost.test(repository) ? 'aws' : 'generic';
      new OciRepository(chart, 'source', { metadata, spec: { ...common, ref: { tag: branch }, provider } });
    }
  }
}

function addClusterKustomization(chart: Chart, owner: Environment): void {
  new FluxKustomization(chart, 'cluster', {
    metadata: { name: clusterKustomization, namespace },
    spec: {
      ...readingFrom(owner),
      interval: '10m',
      path: `${owner.delivery.path}/clusters/${owner.cluster.name}`,
      // custom resources are never pruned: everything of their kind would go with them
      prune: false,
      // to wait for all would be to wait for the environments, which wait for this
      wait: false,
      // it holds monitors and Knative's configuration, whose kinds the platform brings
      dependsOn: owner.delivery.dependsOn.map((name) => ({ name })),
      healthChecks: kinds.map((kind) => ({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        name: definitionName(kind),
      })),
    },
  });
}

function addEnvironmentKustomization(chart: Chart, environment: Environment): void {
  const { name, delivery } = environment;
  const { decryptionSecret } = delivery;
  new FluxKustomization(chart, name, {
    metadata: { name: delivery.kustomization, namespace, labels: { environment: name } },
    spec: {
      ...readingFrom(environment),
      // Flux varies an interval by 5 %: with a minute, drift would last 63 s
      interval: '50s',
      path: `${delivery.path}/${name}`,
      prune: true,
      wait: true,
      healthCheckExprs: readableConditions,
      dependsOn: [clusterKustomization, ...delivery.dependsOn].map((one) => ({ name: one })),
      ...(decryptionSecret === undefined
        ? {}
        : { decryption: { provider: 'sops', secretRef: { name: decryptionSecret } } }),
    },
  });
}

function readingFrom(environment: Environment) {
  return {
    retryInterval: '30s',
    timeout: '5m',
    sourceRef: { kind: sourceKind(environment), name: environment.delivery.source },
  } as const;
}
