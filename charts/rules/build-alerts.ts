import type { Alert } from './rule.ts';
import { thresholds } from './thresholds.ts';

const dashboard = 'knative-lambda-functions';
const count = 'knative_lambda_operator_build_duration_seconds_count';

/** Failed share of builds in a window, only where enough of them ended to say so. */
const failedShare = (window: string): string =>
  `sum(increase(${count}{$env, result="failed"}[${window}])) / (sum(increase(${count}{$env}[${window}])) >= ${thresholds.buildsForRatio.value})`;

/** Builds: failures, duration and the share of the limit that is in use. */
export const buildAlerts = {
  KnativeLambdaBuildFailed: {
    expr: `sum(increase(${count}{$env, result="failed"}[10m])) > ${thresholds.buildsFailed.value}`,
    threshold: thresholds.buildsFailed,
    priority: 'P2',
    summary: 'Several builds failed',
    description: '{{ $value | humanize }} builds failed in 10 minutes.',
    dashboard,
  },
  BuildFailures: {
    expr: `${failedShare('5m')} > ${thresholds.buildFailureRatio.value}`,
    threshold: thresholds.buildFailureRatio,
    priority: 'P2',
    summary: 'More than 5 % of builds fail',
    description: '{{ $value | humanizePercentage }} of the builds of the last 5 minutes failed.',
    dashboard,
  },
  BuildFailureRateHigh: {
    expr: `${failedShare('5m')} > ${thresholds.buildFailureRatioPage.value}`,
    threshold: thresholds.buildFailureRatioPage,
    priority: 'P1',
    summary: 'More than 10 % of builds fail',
    description:
      '{{ $value | humanizePercentage }} of the builds of the last 5 minutes failed: a missing source, a registry limit or a bad Dockerfile.',
    dashboard,
  },
  KnativeLambdaBuildSuccessRateLow: {
    expr: `1 - ${failedShare('1h')} < ${thresholds.buildSuccessRatio.value}`,
    threshold: thresholds.buildSuccessRatio,
    priority: 'P2',
    summary: 'Too few builds of the last hour succeeded',
    description: '{{ $value | humanizePercentage }} of the builds of the last hour succeeded, fewer than 98 %.',
    dashboard,
  },
  BuildSlow: {
    expr: `build_duration_seconds{$env, quantile="0.95"} > ${thresholds.buildP95.value}`,
    threshold: thresholds.buildP95,
    priority: 'P2',
    summary: 'Builds are slower than the objective',
    description:
      'One in twenty builds for {{ $labels.runtime }} takes longer than {{ $value | humanizeDuration }}; the objective is 90 s.',
    dashboard,
  },
  KnativeLambdaBuildDurationHigh: {
    expr: `build_duration_seconds{$env, quantile="0.95"} > ${thresholds.buildP95Page.value}`,
    threshold: thresholds.buildP95Page,
    priority: 'P1',
    summary: 'Builds take too long',
    description:
      'One in twenty builds for {{ $labels.runtime }} takes longer than {{ $value | humanizeDuration }}; above 120 s more room for builds is needed.',
    dashboard,
  },
  ResourcePressure: {
    expr: `kaniko_jobs_running{$env} > ${thresholds.buildJobs.value}`,
    threshold: thresholds.buildJobs,
    priority: 'P2',
    summary: 'More than 50 builds run at once',
    description: '{{ $value }} build Jobs run, more than the platform is planned for.',
    dashboard,
  },
  KnativeLambdaScaleUpBuildJobs: {
    expr: `kaniko_jobs_running{$env} / (kaniko_jobs_limit{$env} > 0) > ${thresholds.buildJobsUsed.value}`,
    threshold: thresholds.buildJobsUsed,
    priority: 'P2',
    summary: 'Builds need a higher limit',
    description: '{{ $value | humanizePercentage }} of the permitted build Jobs run; raise builds.maxConcurrent.',
    dashboard,
  },
} as const satisfies Readonly<Record<string, Alert>>;
