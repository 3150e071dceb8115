import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type MetricName, metrics } from '../operator/api/index.ts';

/** Metrics whose program is not there yet, by what emits them; a part that emits its own takes them out of here. */
const waitingFor: Readonly<Record<string, readonly MetricName[]>> = {
  'controllers of functions and agents': [
    'knative_lambda_operator_lambdafunctions',
    'knative_lambda_operator_lambdaagents',
    'knative_lambda_operator_build_jobs_active',
    'knative_lambda_operator_build_jobs_limit',
    'knative_lambda_operator_build_jobs_waiting',
    'knative_lambda_operator_build_duration_seconds',
    'knative_lambda_operator_errors_total',
    'knative_lambda_operator_events_sent_total',
    'knative_lambda_agent_model_available',
    'knative_lambda_agent_budget_used_ratio',
  ],
  receiver: [
    'knative_lambda_receiver_requests_total',
    'knative_lambda_receiver_request_duration_seconds',
    'cloudevents_received_total',
    'cloudevents_processing_duration_seconds',
    'knative_lambda_receiver_validation_failures_total',
    'knative_lambda_receiver_duplicates_total',
    'knative_lambda_dlq_messages_total',
    'knative_lambda_dlq_stored_messages',
    'knative_lambda_dlq_oldest_message_age_seconds',
    'knative_lambda_dlq_replays_total',
  ],
  'wrappers of functions': [
    'knative_lambda_function_invocations_total',
    'knative_lambda_function_duration_seconds',
    'knative_lambda_function_errors_total',
    'knative_lambda_function_cold_starts_total',
    'knative_lambda_function_cold_start_seconds',
  ],
  'agent runtime': ['knative_lambda_agent_tokens_total', 'knative_lambda_agent_inference_duration_seconds'],
};

const operator = join(import.meta.dirname, '..', 'operator');

/** Sources of what runs, without the table of names itself and without tests. */
const sources = readdirSync(operator, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(ts|py|js|mjs|go)$/.test(path) && !path.startsWith('api') && !path.includes('.test.'))
  .map((path) => readFileSync(join(operator, path), 'utf8'));

test('every own metric is emitted by some program or waits for a named one', () => {
  const emitted = Object.keys(metrics).filter((name) => sources.some((text) => text.includes(name)));
  const waiting = Object.values(waitingFor).flat();
  expect([...emitted, ...waiting].toSorted()).toEqual(Object.keys(metrics).toSorted());
});
