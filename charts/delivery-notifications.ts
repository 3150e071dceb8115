import type { Chart } from 'cdk8s';
import type { Environment } from '../stacks/index.ts';
import { clusterKustomization, sourceKind } from './cluster-source.ts';
import type { ClusterContext } from './part.ts';
import { Alert, type FluxReference, Provider, Receiver } from './imports/flux-notification.ts';
import { names } from './workloads.ts';

const namespace = names.fluxNamespace;
const deployments = 'knative-lambda-deployments';
const commits = 'knative-lambda-commits';

/** Said at every look while something else is still being applied. */
const exclusionList = ['^Dependencies do not meet ready condition'];

/** Who is told: Flux of a push, people of a deployment, GitHub of the commit that runs. */
export function addNotifications(chart: Chart, cluster: ClusterContext): void {
  addReceiver(chart, cluster.owner);
  const { notifications } = cluster.owner.delivery;
  if (notifications === undefined) {
    return;
  }
  const { provider: type, channel, addressSecret, commitStatusSecret } = notifications;
  new Provider(chart, 'provider', {
    metadata: { name: deployments, namespace },
    spec: { type, channel, secretRef: { name: addressSecret } },
  });
  addClusterAlert(chart, cluster);
  cluster.environments.forEach((environment) =>
    addAlert(chart, `alert-${environment.name}`, { cluster, environment, provider: deployments }),
  );
  if (commitStatusSecret !== undefined) {
    new Provider(chart, 'commit-provider', {
      metadata: { name: commits, namespace },
      spec: { type: 'github', address: cluster.owner.delivery.repository, secretRef: { name: commitStatusSecret } },
    });
    cluster.environments.forEach((environment) =>
      addAlert(chart, `commits-${environment.name}`, { cluster, environment, provider: commits }),
    );
  }
}

function addReceiver(chart: Chart, owner: Environment): void {
  const { webhookSecret, source } = owner.delivery;
  if (webhookSecret === undefined) {
    return;
  }
  new Receiver(chart, 'receiver', {
    metadata: { name: 'knative-lambda', namespace },
    spec: {
      type: 'github',
      events: ['ping', 'push'],
      secretRef: { name: webhookSecret },
      resources: [{ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', name: source }],
    },
  });
}

/** What has no release of its own is told only when it fails. */
function addClusterAlert(chart: Chart, { owner, environments }: ClusterContext): void {
  const automations: readonly FluxReference[] = environments.flatMap(({ delivery }) =>
    delivery.imageAutomation === undefined
      ? []
      : [
          { kind: 'GitRepository', name: delivery.imageAutomation.source },
          { kind: 'ImageRepository', name: delivery.kustomization },
          { kind: 'ImageUpdateAutomation', name: delivery.kustomization },
        ],
  );
  new Alert(chart, 'alert', {
    metadata: { name: clusterKustomization, namespace },
    spec: {
      providerRef: { name: deployments },
      eventSeverity: 'error',
      eventSources: [
        { kind: sourceKind(owner), name: owner.delivery.source },
        { kind: 'Kustomization', name: clusterKustomization },
        ...automations,
      ],
      eventMetadata: {
        summary: `delivery of cluster ${owner.cluster.name}`,
        component: 'knative-lambda',
        cluster: owner.cluster.name,
      },
    },
  });
}

interface EnvironmentAlert {
  readonly cluster: ClusterContext;
  readonly environment: Environment;
  readonly provider: string;
}

/** Everything that Flux says of an environment; failures come with it. */
function addAlert(chart: Chart, id: string, { cluster, environment, provider }: EnvironmentAlert): void {
  const { name, delivery } = environment;
  const version = cluster.releases.operator[name]?.tag ?? '';
  new Alert(chart, id, {
    metadata: {
      name: provider === deployments ? delivery.kustomization : `${delivery.kustomization}-commits`,
      namespace,
      labels: { environment: name },
    },
    spec: {
      providerRef: { name: provider },
      eventSeverity: 'info',
      eventSources: [{ kind: 'Kustomization', name: delivery.kustomization }],
      exclusionList,
      eventMetadata: {
        summary: `knative-lambda ${version} in ${name}`,
        component: 'knative-lambda',
        version,
        environment: name,
        cluster: cluster.owner.cluster.name,
      },
    },
  });
}
