import type { Chart } from 'cdk8s';
import type { Environment } from '../stacks/index.ts';
import { addAlertEvents, addAlertRouting } from './alert-routing.ts';
import { PodMonitor, PrometheusRule, ServiceMonitor } from './imports/prometheus.ts';
import { brokerMonitor, operatorMonitor, receiverMonitor, selectedByPrometheus, workloadMonitor } from './monitors.ts';
import type { Part } from './part.ts';
import { buildRuleGroups } from './rules/rule-groups.ts';

/** What Prometheus scrapes of the environment, what it computes and alerts on, and whom Alertmanager tells. */
export const observabilityPart: Part = {
  name: 'observability',
  build(chart, { environment }) {
    const labels = selectedByPrometheus(environment);
    if (environment.monitoring.serviceMonitors) {
      addMonitors(chart, environment, labels);
    }
    if (environment.monitoring.alerts !== 'none') {
      new PrometheusRule(chart, 'rules', {
        metadata: { name: 'knative-lambda-alerts', namespace: environment.namespaces.control, labels },
        spec: { groups: buildRuleGroups(environment) },
      });
      addAlertRouting(chart, environment, labels);
      addAlertEvents(chart, environment, labels);
    }
  },
};

function addMonitors(chart: Chart, environment: Environment, labels: Record<string, string>): void {
  for (const props of [operatorMonitor(environment), brokerMonitor(environment)]) {
    new ServiceMonitor(chart, `service-${props.metadata.name}`, { ...props, metadata: { ...props.metadata, labels } });
  }
  const pods = [
    receiverMonitor(environment),
    workloadMonitor(environment, 'function'),
    workloadMonitor(environment, 'agent'),
  ];
  for (const props of pods) {
    new PodMonitor(chart, `pods-${props.metadata.name}`, { ...props, metadata: { ...props.metadata, labels } });
  }
}
