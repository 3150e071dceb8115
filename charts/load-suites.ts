import type { Environment, Resources } from '../stacks/index.ts';

/** One k6 script and the TestRun that starts it; names are published. */
export interface LoadSuite {
  readonly name: string;
  /** File in charts/load/. */
  readonly script: string;
  readonly testRun: string;
  /** Runners that share the load. */
  readonly parallelism: number;
  /** Resources of one runner. */
  readonly resources: Resources;
}

const runner = (memory: string): Resources => ({
  requests: { cpu: '100m', memory },
  limits: { cpu: '500m', memory },
});

const suites: readonly LoadSuite[] = [
  {
    name: 'smoke',
    script: 'smoke.ts',
    testRun: 'knative-lambda-execute-smoke',
    parallelism: 1,
    resources: runner('128Mi'),
  },
  {
    name: 'load',
    script: 'load.ts',
    testRun: 'knative-lambda-execute-load',
    parallelism: 2,
    resources: runner('256Mi'),
  },
  {
    name: 'stress',
    script: 'stress.ts',
    testRun: 'knative-lambda-execute-stress',
    parallelism: 4,
    resources: runner('512Mi'),
  },
  {
    name: 'create-lambdas',
    script: 'create-lambdas.ts',
    testRun: 'knative-lambda-create-lambdas',
    parallelism: 2,
    resources: runner('512Mi'),
  },
  {
    name: 'execute-lambda',
    script: 'execute-lambda.ts',
    testRun: 'knative-lambda-execute-lambda',
    parallelism: 2,
    resources: runner('512Mi'),
  },
  {
    name: 'sre-metrics',
    script: 'sre-metrics-validation.ts',
    testRun: 'knative-lambda-sre-metrics',
    parallelism: 1,
    resources: runner('512Mi'),
  },
  {
    name: 'sre-slo',
    script: 'sre-slo-compliance.ts',
    testRun: 'knative-lambda-sre-slo',
    parallelism: 3,
    resources: runner('512Mi'),
  },
  { name: 'rbac', script: 'rbac.ts', testRun: 'lambda-rbac-test', parallelism: 1, resources: runner('128Mi') },
];

/** What tells the runners to begin; k6-operator gives it no smaller resources by itself. */
export const starterResources: Resources = {
  requests: { cpu: '50m', memory: '32Mi' },
  limits: { cpu: '100m', memory: '64Mi' },
};

/** The suites of an environment: all, or none. */
export function loadSuites({ loadTests }: Environment): readonly LoadSuite[] {
  return loadTests === 'none' ? [] : suites;
}

/** Name, without suffix, of the file that holds the TestRun. */
export function testRunFile({ name }: LoadSuite): string {
  return `k6-testrun-${name}`;
}
