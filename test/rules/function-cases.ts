import type { buildAlerts } from '../../charts/rules/build-alerts.ts';
import type { functionAlerts } from '../../charts/rules/function-alerts.ts';
import { type AlertCase, constant, growing, histogram, own, type Series } from './alert-case.ts';

const build = 'knative_lambda_operator_build_duration_seconds';
const hello = 'function="hello", function_namespace="functions"';
const bruno = 'agent="bruno", agent_namespace="functions"';
const service = 'k8s_namespace_name="functions", kn_service_name="hello", kn_revision_name="hello-1"';

const builds = (good: number, bad: number): Series => ({
  [own(`${build}_count`, 'runtime="python", result="success"')]: growing(good),
  [own(`${build}_count`, 'runtime="python", result="failed"')]: growing(bad),
});

const buildTimes = (below: number, bound: string, next: string): Series =>
  histogram(build, [below, bound, next], 'runtime="python", result="success"');

const jobs = (active: number, limit: number): Series => ({
  [own('knative_lambda_operator_build_jobs_active', 'function_namespace="one"')]: constant(active - 1),
  [own('knative_lambda_operator_build_jobs_active', 'function_namespace="two"')]: constant(1),
  [own('knative_lambda_operator_build_jobs_limit')]: constant(limit),
});

const phases = (ready: number, failed: number): Series => ({
  [own('knative_lambda_operator_lambdafunctions', 'function_namespace="functions", phase="Ready"')]: constant(ready),
  [own('knative_lambda_operator_lambdafunctions', 'function_namespace="functions", phase="Failed"')]: constant(failed),
  [own('knative_lambda_operator_lambdafunctions', 'function_namespace="functions", phase="Deleting"')]: constant(9),
});

const invocations = (good: number, bad: number): Series => ({
  [own('knative_lambda_function_invocations_total', `${hello}, status="success"`)]: growing(good),
  [own('knative_lambda_function_invocations_total', `${hello}, status="error"`)]: growing(bad),
});

const coldStarts = (step: number): Series => ({
  [own('knative_lambda_function_cold_starts_total', hello)]: growing(step),
});

const starts = (below: number, bound: string, next: string): Series =>
  histogram('knative_lambda_function_cold_start_seconds', [below, bound, next], hello);

const durations = (below: number): Series =>
  histogram('knative_lambda_function_duration_seconds', [below, '1', '2.5'], hello);

const pods = (wanted: string, there: string): Series => ({
  [own('kn_revision_pods_desired', service)]: wanted,
  [own('kn_revision_pods_count', service)]: there,
});

const model = (value: number): Series => ({
  [own('knative_lambda_agent_model_available', `${bruno}, provider="ollama", model="llama"`)]: constant(value),
});

const budget = (value: number): Series => ({
  [own('knative_lambda_agent_budget_used_ratio', `${bruno}, unit="tokens"`)]: constant(value),
});

export const buildCases = {
  KnativeLambdaBuildFailed: { faults: [builds(0, 0.4)], silent: [builds(0, 0.29)], after: 20 },
  BuildFailures: { faults: [builds(94, 6)], silent: [builds(96, 4), builds(0.5, 0.4)], after: 15 },
  BuildFailureRateHigh: { faults: [builds(89, 11)], silent: [builds(91, 9), builds(0.5, 0.4)], after: 15 },
  KnativeLambdaBuildSuccessRateLow: { faults: [builds(97, 3)], silent: [builds(99, 1), builds(0, 0.05)], after: 100 },
  BuildSlow: { faults: [buildTimes(94, '90', '120')], silent: [buildTimes(96, '90', '120')], after: 15 },
  KnativeLambdaBuildDurationHigh: {
    faults: [buildTimes(94, '120', '300')],
    silent: [buildTimes(96, '120', '300')],
    after: 15,
  },
  ResourcePressure: { faults: [jobs(51, 60)], silent: [jobs(50, 60)], after: 15 },
  KnativeLambdaScaleUpBuildJobs: { faults: [jobs(15, 20)], silent: [jobs(14, 20), jobs(15, 0)], after: 15 },
} as const satisfies Readonly<Record<keyof typeof buildAlerts, AlertCase>>;

export const functionCases = {
  KnativeLambdaFunctionNotReady: { faults: [phases(8, 1)], silent: [phases(9, 1), phases(0, 0)], after: 15 },
  KnativeLambdaFunctionHighErrorRate: {
    faults: [invocations(98, 2)],
    silent: [invocations(995, 5), invocations(0, 0)],
    after: 15,
  },
  KnativeLambdaFunctionHighLatency: { faults: [durations(94)], silent: [durations(96)], after: 15 },
  KnativeLambdaHighColdStartRate: {
    faults: [{ ...invocations(100, 0), ...coldStarts(6) }],
    silent: [{ ...invocations(100, 0), ...coldStarts(4) }],
    after: 25,
  },
  KnativeLambdaColdStartSlow: { faults: [starts(94, '5', '10')], silent: [starts(96, '5', '10')], after: 25 },
  KnativeLambdaScaleUpColdStart: { faults: [starts(94, '10', '30')], silent: [starts(96, '10', '30')], after: 30 },
  KnativeLambdaScaleUpSlow: {
    // 45 and 30 seconds
    faults: [pods('1x40 3 3 3 1x40', '1x84')],
    silent: [pods('1x40 3 3 1x40', '1x84')],
    after: 14,
    interval: '15s',
  },
  KnativeLambdaScaleToZeroSlow: {
    faults: [pods('1x40 0x80', '1x122')],
    // 300 seconds
    silent: [pods('1x40 0x19 1x60', '1x122'), pods('1x122', '1x122')],
    after: 25,
    interval: '15s',
  },
  KnativeLambdaAgentModelUnavailable: { faults: [model(0)], silent: [model(1)], after: 10 },
  KnativeLambdaAgentBudgetSpent: { faults: [budget(1)], silent: [budget(0.99)], after: 5 },
} as const satisfies Readonly<Record<keyof typeof functionAlerts, AlertCase>>;
