import type { Alert } from './rule.ts';
import { thresholds } from './thresholds.ts';

const dashboard = 'knative-lambda-functions';
const phases = 'knative_lambda_operator_lambdafunctions';
const which = '{{ $labels.function_namespace }}/{{ $labels.function }}';

/** Functions and agents: ready, quick, free of errors, scaled in time. */
export const functionAlerts = {
  KnativeLambdaFunctionNotReady: {
    expr: `sum(${phases}{$env, phase!~"Ready|Deleting"}) / (sum(${phases}{$env, phase!="Deleting"}) > 0) > ${thresholds.functionsNotReady.value}`,
    threshold: thresholds.functionsNotReady,
    priority: 'P2',
    summary: 'Many functions are not ready',
    description: '{{ $value | humanizePercentage }} of the functions are not ready, more than 10 %.',
    dashboard,
  },
  KnativeLambdaFunctionHighErrorRate: {
    expr: `function:error_ratio:rate5m{$env} > ${thresholds.functionErrorObjective.value}`,
    threshold: thresholds.functionErrorObjective,
    priority: 'P2',
    summary: 'A function fails too often',
    description: `{{ $value | humanizePercentage }} of the invocations of ${which} fail, more than 1 %.`,
    dashboard,
  },
  KnativeLambdaFunctionHighLatency: {
    expr: `function:duration_seconds:p95{$env} > ${thresholds.functionP95.value}`,
    threshold: thresholds.functionP95,
    priority: 'P2',
    summary: 'A function is slow',
    description: `One in twenty invocations of ${which} takes longer than {{ $value | humanizeDuration }}.`,
    dashboard,
  },
  KnativeLambdaHighColdStartRate: {
    expr: `function:cold_start_ratio:rate10m{$env} > ${thresholds.coldStartRatio.value}`,
    threshold: thresholds.coldStartRatio,
    priority: 'P2',
    summary: 'A function starts cold too often',
    description: `{{ $value | humanizePercentage }} of the invocations of ${which} start a process; keep one warm with minReplicas: 1.`,
    dashboard,
  },
  KnativeLambdaColdStartSlow: {
    expr: `cold_start_duration{$env} > ${thresholds.coldStartP95.value}`,
    threshold: thresholds.coldStartP95,
    priority: 'P2',
    summary: 'Cold starts of a function are slow',
    description: `One in twenty cold starts of ${which} takes longer than {{ $value | humanizeDuration }}; the objective is 5 s.`,
    dashboard,
  },
  KnativeLambdaScaleUpColdStart: {
    expr: `cold_start_duration{$env} > ${thresholds.coldStartScaleUp.value}`,
    threshold: thresholds.coldStartScaleUp,
    priority: 'P2',
    summary: 'Cold starts have been very slow for a while',
    description: `Cold starts of ${which} take {{ $value | humanizeDuration }}: nodes or image pulls are short of capacity.`,
    dashboard,
  },
  KnativeLambdaScaleUpSlow: {
    expr: `scale_up_time{$env} > ${thresholds.scaleUpTime.value}`,
    threshold: thresholds.scaleUpTime,
    priority: 'P2',
    summary: 'A function waits for pods',
    description:
      '{{ $labels.k8s_namespace_name }}/{{ $labels.kn_service_name }} had fewer pods than it needs for {{ $value | humanizeDuration }} of the last 10 minutes.',
    dashboard,
  },
  KnativeLambdaScaleToZeroSlow: {
    expr: `scale_to_zero_time{$env} > ${thresholds.scaleToZeroTime.value}`,
    threshold: thresholds.scaleToZeroTime,
    priority: 'P3',
    summary: 'Idle pods of a function stay',
    description:
      '{{ $labels.k8s_namespace_name }}/{{ $labels.kn_service_name }} kept pods that nobody needs for {{ $value | humanizeDuration }} of the last 10 minutes.',
    dashboard,
  },
  KnativeLambdaAgentModelUnavailable: {
    expr: `max by (agent, agent_namespace, model) (knative_lambda_agent_model_available{$env}) == ${thresholds.modelUnavailable.value}`,
    threshold: thresholds.modelUnavailable,
    priority: 'P2',
    summary: 'The model of an agent does not answer',
    description: 'The model {{ $labels.model }} of {{ $labels.agent_namespace }}/{{ $labels.agent }} fails its probe.',
    dashboard,
  },
  KnativeLambdaAgentBudgetSpent: {
    expr: `max by (agent, agent_namespace, unit) (knative_lambda_agent_budget_used_ratio{$env}) >= ${thresholds.agentBudget.value}`,
    threshold: thresholds.agentBudget,
    priority: 'P2',
    summary: 'An agent has spent the budget of the day',
    description: '{{ $labels.agent_namespace }}/{{ $labels.agent }} has no {{ $labels.unit }} left until tomorrow.',
    dashboard,
  },
} as const satisfies Readonly<Record<string, Alert>>;
