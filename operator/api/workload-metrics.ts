import { type Metric, requestSeconds } from './metric.ts';

const startSeconds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;
const modelSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300] as const;

/** What functions say, by the wrapper of their language, and what is said of agents. */
export const workloadMetrics = {
  knative_lambda_function_invocations_total: {
    type: 'counter',
    help: 'Invocations of a function; status is success, error or timeout.',
    labels: ['function', 'function_namespace', 'status'],
    emittedBy: 'function',
  },
  knative_lambda_function_duration_seconds: {
    type: 'histogram',
    help: 'Duration of an invocation, the start of the process not included.',
    labels: ['function', 'function_namespace'],
    buckets: requestSeconds,
    emittedBy: 'function',
  },
  knative_lambda_function_errors_total: {
    type: 'counter',
    help: 'Failed invocations by kind of error, from a closed list.',
    labels: ['function', 'function_namespace', 'error_type'],
    emittedBy: 'function',
  },
  knative_lambda_function_cold_starts_total: {
    type: 'counter',
    help: 'Invocations that were the first of their process.',
    labels: ['function', 'function_namespace'],
    emittedBy: 'function',
  },
  knative_lambda_function_cold_start_seconds: {
    type: 'histogram',
    help: 'Time from the start of the process to its first answer, without the wait for a request.',
    labels: ['function', 'function_namespace'],
    buckets: startSeconds,
    emittedBy: 'function',
  },

  knative_lambda_agent_tokens_total: {
    type: 'counter',
    help: 'Tokens of model calls; direction is input or output.',
    labels: ['agent', 'agent_namespace', 'provider', 'model', 'direction'],
    emittedBy: 'agent',
  },
  knative_lambda_agent_inference_duration_seconds: {
    type: 'histogram',
    help: 'Duration of a model call; result is success or error.',
    labels: ['agent', 'agent_namespace', 'provider', 'model', 'result'],
    buckets: modelSeconds,
    emittedBy: 'agent',
  },
  knative_lambda_agent_model_available: {
    type: 'gauge',
    help: '1 when the last probe of the model succeeded, 0 when it failed; absent before the first.',
    labels: ['agent', 'agent_namespace', 'provider', 'model'],
    emittedBy: 'operator',
  },
  knative_lambda_agent_budget_used_ratio: {
    type: 'gauge',
    help: 'Used share of the budget of the day, 1 when it is spent; unit is tokens or money.',
    labels: ['agent', 'agent_namespace', 'unit'],
    emittedBy: 'operator',
  },
} as const satisfies Readonly<Record<string, Metric>>;
