import { describe, expect, test } from '@jest/globals';
import { readEnvironments } from '../../stacks/index.ts';
import { alerts } from './alerts.ts';
import { buildRuleGroups } from './rule-groups.ts';
import type { Priority } from './rule.ts';
import type { Severity } from './thresholds.ts';

const priorities: Readonly<Record<Severity, readonly Priority[]>> = {
  critical: ['P0', 'P1'],
  warning: ['P2', 'P3'],
  info: ['P3'],
};

/** Names that published documents, dashboards and runbooks use. */
const published = [
  'BuildFailureRateHigh',
  'BuilderServiceDown',
  'RabbitMQQueueBacklog',
  'BuildSlow',
  'BuildFailures',
  'HighLoad',
  'ResourcePressure',
  'KnativeLambdaCanaryFailed',
  'KnativeLambdaCanaryStuck',
  'KnativeLambdaOperatorNotReady',
  'KnativeLambdaOperatorDown',
  'KnativeLambdaHighErrorRate',
  'KnativeLambdaHighLatency',
  'KnativeLambdaBuildFailed',
  'KnativeLambdaReconcileSuccessRateLow',
  'KnativeLambdaReconcileDurationHigh',
  'KnativeLambdaOperatorErrorsHigh',
  'KnativeLambdaBuildSuccessRateLow',
  'KnativeLambdaFunctionNotReady',
  'KnativeLambdaFunctionHighErrorRate',
  'KnativeLambdaBuildDurationHigh',
  'KnativeLambdaWorkqueueDepthHigh',
  'KnativeLambdaHighColdStartRate',
  'KnativeLambdaFunctionHighLatency',
  'KnativeLambdaDLQMessagesHigh',
  'KnativeLambdaDLQIngestRateHigh',
  'FluxComponentAbsent',
  'FluxReconciliationFailure',
  'FluxReconciliationSuspended',
];

describe('the alerts', () => {
  test('keep every published name', () => {
    expect(published.filter((name) => !alerts.has(name))).toEqual([]);
  });

  test('have a priority that their severity permits', () => {
    const wrong = [...alerts].filter(
      ([, { priority, threshold }]) => !priorities[threshold.severity].includes(priority),
    );
    expect(wrong.map(([name]) => name)).toEqual([]);
  });

  test('never clamp a denominator', () => {
    expect([...alerts].filter(([, { expr }]) => expr.includes('clamp')).map(([name]) => name)).toEqual([]);
  });
});

describe.each(readEnvironments().map((environment) => ({ name: environment.name, environment })))(
  'the rules of $name',
  ({ name, environment }) => {
    const rules = buildRuleGroups(environment).flatMap((group) => group.rules);

    test('leave no placeholder', () => {
      expect(rules.filter(({ expr }) => expr.includes('$'))).toEqual([]);
    });

    test('read only series of the environment and its namespaces', () => {
      const mine = new RegExp(
        `environment="${name}"|namespace=~?"[^"]*${environment.namespaces.control}|name="${environment.delivery.kustomization}"`,
      );
      expect(rules.filter(({ expr }) => !mine.test(expr))).toEqual([]);
    });
  },
);
