import type { Environment } from '../../stacks/index.ts';
import type { RuleGroup } from '../imports/prometheus.ts';
import { allNamespaces, functionsCertificate } from '../workloads.ts';
import { alertGroups } from './alerts.ts';
import { recordings } from './recordings.ts';
import type { Alert, Recording } from './rule.ts';

type Rule = RuleGroup['rules'][number];

/** What the placeholders of an expression stand for in one environment. */
function fill(expr: string, environment: Environment): string {
  const { name, namespaces, delivery, monitoring, rabbitmq } = environment;
  return expr
    .replaceAll('$env', `environment="${name}"`)
    .replaceAll('$control', `namespace="${namespaces.control}"`)
    .replaceAll('$namespaces', `namespace=~"${allNamespaces(environment).join('|')}"`)
    .replaceAll('$functionsCertificate', `name="${functionsCertificate(environment)}"`)
    .replaceAll('$coreHourUsd', String(monitoring.coreHourUsd))
    .replaceAll('$queueLength', String(rabbitmq.limits.queueLength))
    .replaceAll('$kustomization', delivery.kustomization);
}

function recordingRule({ record, expr, labels = {} }: Recording, environment: Environment): Rule {
  return { record, expr: fill(expr, environment), labels: { ...labels, environment: environment.name } };
}

function alertRule(name: string, alert: Alert, environment: Environment): Rule {
  const { monitoring, namespaces } = environment;
  return {
    alert: name,
    expr: fill(alert.expr, environment),
    for: alert.threshold.for,
    labels: {
      severity: alert.threshold.severity,
      priority: alert.priority,
      team: 'platform',
      environment: environment.name,
      // Alertmanager routes by the namespace of the configuration, which every alert of it must carry
      namespace: namespaces.control,
    },
    annotations: {
      summary: alert.summary,
      description: alert.description,
      dashboard_url: `${monitoring.grafana}/d/${alert.dashboard}?var-environment=${environment.name}`,
      runbook_url: `${monitoring.runbooks}/${name}.md`,
    },
  };
}

/** Every rule of an environment; recorded series come before the alerts that use them. */
export function buildRuleGroups(environment: Environment): readonly RuleGroup[] {
  const recorded = Object.entries<readonly Recording[]>(recordings).map(([group, rules]) => ({
    name: `knative-lambda-${group}-recordings`,
    rules: rules.map((rule) => recordingRule(rule, environment)),
  }));
  const alerting = Object.entries<Readonly<Record<string, Alert>>>(alertGroups).map(([group, rules]) => ({
    name: `knative-lambda-${group}`,
    rules: Object.entries(rules)
      .filter(([, { when }]) => when?.(environment) ?? true)
      .map(([name, alert]) => alertRule(name, alert, environment)),
  }));
  return [...recorded, ...alerting];
}
