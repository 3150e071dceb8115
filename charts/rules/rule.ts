import type { Environment } from '../../stacks/index.ts';
import type { Threshold } from './thresholds.ts';

/** P0 wakes somebody up, P1 and P2 are posted, P3 becomes an issue. */
export type Priority = 'P0' | 'P1' | 'P2' | 'P3';

/** Dashboards that alerts lead to; charts/dashboards/ has one for each. */
export type DashboardUid =
  | 'knative-lambda'
  | 'knative-lambda-operator'
  | 'knative-lambda-functions'
  | 'knative-lambda-eventing'
  | 'knative-lambda-sre';

/**
 * An alert, the same in every environment that it holds for. In the expression `$env`, `$control` and `$namespaces`
 * stand for matchers on the environment, its control namespace and all of its namespaces, `$kustomization` for a name,
 * `$functionsCertificate` for one on the name of the wildcard certificate, `$coreHourUsd` and `$queueLength` for settings.
 */
export interface Alert {
  readonly expr: string;
  readonly threshold: Threshold;
  readonly priority: Priority;
  readonly summary: string;
  /** What it means for users; may use `{{ $value }}` and the labels of the expression. */
  readonly description: string;
  readonly dashboard: DashboardUid;
  /** Environments that have what the alert watches; default all. */
  readonly when?: (environment: Environment) => boolean;
  /** True when the alert is about data that are not there, so that it fires without any. */
  readonly onNoData?: true;
}

/** A series that is computed; the label `environment` is added to it. */
export interface Recording {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A share that is 0, not absent, when nothing of the kind happened, and absent when nothing happened at all. */
export function ratio(part: string, whole: string): string {
  return `(${part} or ${whole} * 0) / (${whole} > 0)`;
}
