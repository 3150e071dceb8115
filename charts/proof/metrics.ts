import { z } from 'zod';
import { checkKnownQuery } from '../rules/known-metrics.ts';
import { type Manifest, nameOf, ofKind } from './manifest.ts';
import type { Output } from './output.ts';

/** A rule, dashboard or canary that names a metric or label that nobody emits, or is no PromQL. */
export function metricFaults({ manifests, shared }: Output): readonly string[] {
  return [
    ...ofKind(manifests, 'PrometheusRule').flatMap(ruleFaults),
    ...ofKind(manifests, 'MetricTemplate').flatMap(templateFaults),
    ...[...manifests, ...shared].filter(isDashboard).flatMap(dashboardFaults),
  ];
}

const toDo = 'name a metric of operator/api/metrics.ts, charts/rules/platform-metrics.ts or charts/rules/recordings.ts';

function queryFaults(where: string, expr: string): readonly string[] {
  return checkKnownQuery(expr).faults.map((fault) => `${where}: ${fault}; ${toDo}`);
}

const prometheusRule = z.looseObject({
  spec: z.looseObject({
    groups: z.array(
      z.looseObject({
        rules: z.array(
          z.looseObject({
            record: z.string().optional(),
            alert: z.string().optional(),
            expr: z.string(),
            annotations: z.record(z.string(), z.string()).default({}),
          }),
        ),
      }),
    ),
  }),
});

type Rule = z.output<typeof prometheusRule>['spec']['groups'][number]['rules'][number];

function ruleFaults(manifest: Manifest): readonly string[] {
  const rules = prometheusRule.parse(manifest).spec.groups.flatMap((group) => group.rules);
  return rules.flatMap((rule) => {
    const where = `${nameOf(manifest)} ${rule.alert ?? rule.record ?? ''}`;
    return [...queryFaults(where, rule.expr), ...annotationLabelFaults(where, rule)];
  });
}

/** A template prints nothing for a label that the alert does not have. */
function annotationLabelFaults(where: string, { expr, annotations }: Rule): readonly string[] {
  const { labels } = checkKnownQuery(expr);
  const used = Object.values(annotations).flatMap((text) =>
    [...text.matchAll(/\$labels\.(\w+)/g)].map(([, name = '']) => name),
  );
  return used
    .filter((name) => !labels.has(name))
    .map(
      (name) => `${where}: annotation shows label ${name}, which the expression has not; group by it or leave it out`,
    );
}

const metricTemplate = z.looseObject({ spec: z.looseObject({ query: z.string() }) });

function templateFaults(manifest: Manifest): readonly string[] {
  return queryFaults(nameOf(manifest), metricTemplate.parse(manifest).spec.query);
}

const dashboardMap = z.looseObject({ data: z.record(z.string(), z.string()) });

function isDashboard({ kind, metadata }: Manifest): boolean {
  return kind === 'ConfigMap' && metadata.labels?.['grafana_dashboard'] !== undefined;
}

/** Dashboards are shared, so each is looked at once for all environments. */
const checkedDashboards = new WeakMap<Manifest, readonly string[]>();

function dashboardFaults(manifest: Manifest): readonly string[] {
  const known = checkedDashboards.get(manifest);
  if (known !== undefined) {
    return known;
  }
  const queries = Object.values(dashboardMap.parse(manifest).data).flatMap((text) => collectQueries(JSON.parse(text)));
  const faults = queries.flatMap((expr) => queryFaults(nameOf(manifest), expr));
  checkedDashboards.set(manifest, faults);
  return faults;
}

/** `label_values(metric, label)` of a variable, as the query that it is for Prometheus. */
const labelValues = /^label_values\((.+), *(\w+)\)$/;

/** Every `expr` of a panel and every `definition` of a variable, however deep. */
function collectQueries(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    if (typeof inner !== 'string') {
      return collectQueries(inner);
    }
    return key === 'expr' || key === 'definition' ? [inner.replace(labelValues, 'count by ($2) ($1)')] : [];
  });
}
