import { ApiObject, type Chart } from 'cdk8s';
import type { Environment } from '../../stacks/index.ts';
import type { ClusterContext } from '../part.ts';
import { agentsDashboard } from './agents.ts';
import { brokerDashboard } from './broker.ts';
import { costDashboard, type Prices } from './cost.ts';
import type { Dashboard } from './dashboard.ts';
import { environmentsDashboard } from './environments.ts';
import { eventingDashboard } from './eventing.ts';
import { functionsDashboard } from './functions.ts';
import { grafanaJson } from './grafana.ts';
import { loadTestsDashboard } from './load-tests.ts';
import { objectivesDashboard } from './objectives.ts';
import { operatorDashboard } from './operator.ts';
import { platformDashboard } from './platform.ts';
import { printJson } from './print-json.ts';
import { receiverDashboard } from './receiver.ts';

/** Dashboards that are the same on every cluster. */
const everywhere: readonly Dashboard[] = [
  platformDashboard,
  environmentsDashboard,
  operatorDashboard,
  functionsDashboard,
  agentsDashboard,
  receiverDashboard,
  eventingDashboard,
  brokerDashboard,
  objectivesDashboard,
  loadTestsDashboard,
];

/** Price and budgets of a cluster, as its owner and the environments on it say. */
export function pricesOf(owner: Environment, environments: readonly Environment[]): Prices {
  return {
    coreHourUsd: owner.monitoring.coreHourUsd,
    budgets: environments.flatMap(({ name, cost }) => (cost === undefined ? [] : [{ environment: name, ...cost }])),
  };
}

/** Every dashboard of a cluster. */
export function dashboardsOf(prices: Prices): readonly Dashboard[] {
  return [...everywhere, costDashboard(prices)];
}

/** One ConfigMap for each dashboard, where the sidecar of Grafana finds them by their label. */
function addConfigMaps(chart: Chart, namespace: string, dashboards: readonly Dashboard[]): void {
  for (const dashboard of dashboards) {
    const { uid } = dashboard;
    new ApiObject(chart, uid, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: `dashboard-${uid}`,
        namespace,
        labels: { grafana_dashboard: '1' },
        annotations: {
          grafana_folder: 'Knative Lambda',
          // what Grafana fills in must not be filled in by Flux
          'kustomize.toolkit.fluxcd.io/substitute': 'disabled',
        },
      },
      data: { [`${uid}.json`]: `${printJson(grafanaJson(dashboard))}\n` },
    });
  }
}

/** What no environment changes; they agree on the namespace of monitoring. */
export function buildSharedDashboards(chart: Chart, [first]: readonly Environment[]): void {
  if (first !== undefined) {
    addConfigMaps(chart, first.monitoring.namespace, everywhere);
  }
}

/** What a cluster changes: prices and budgets. */
export function buildClusterDashboards(chart: Chart, { owner, environments }: ClusterContext): void {
  if (!owner.monitoring.serviceMonitors) {
    return;
  }
  addConfigMaps(chart, owner.monitoring.namespace, [costDashboard(pricesOf(owner, environments))]);
}
