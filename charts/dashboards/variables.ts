import type { Variable } from './dashboard.ts';
import { chosen } from './promql.ts';

/** Environments that have an operator; every dashboard begins with it. */
export const environmentVariable: Variable = {
  name: 'environment',
  label: 'Environment',
  metric: 'knative_lambda_operator_build_info',
  from: 'environment',
};

/** Control namespaces of the environments, for series of exporters that know no environment. */
export const controlVariable: Variable = {
  name: 'control_namespace',
  label: 'Control namespace',
  metric: 'knative_lambda_operator_build_info',
  from: 'namespace',
  matchers: chosen,
};

export const namespaceVariable: Variable = {
  name: 'namespace',
  label: 'Function namespace',
  metric: 'knative_lambda_operator_lambdafunctions',
  from: 'function_namespace',
  matchers: chosen,
};

export const functionVariable: Variable = {
  name: 'function',
  label: 'Function',
  metric: 'knative_lambda_function_invocations_total',
  from: 'function',
  matchers: `${chosen}, function_namespace=~"$namespace"`,
};
