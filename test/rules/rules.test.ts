import { beforeAll, describe, expect, test } from '@jest/globals';
import type { RuleGroup } from '../../charts/imports/prometheus.ts';
import { type AlertName, alerts } from '../../charts/rules/alerts.ts';
import { recordings } from '../../charts/rules/recordings.ts';
import { buildRuleGroups } from '../../charts/rules/rule-groups.ts';
import type { Recording } from '../../charts/rules/rule.ts';
import { findEnvironment, readEnvironments } from '../../stacks/index.ts';
import type { AlertCase, Series } from './alert-case.ts';
import { buildCases, functionCases } from './function-cases.ts';
import { operatorCases } from './operator-cases.ts';
import { objectiveCases, platformCases } from './platform-cases.ts';
import { checkRules, type RuleTest, type RuleTestFile, testRules } from './promtool.ts';
import { eventingCases, receiverCases } from './receiver-cases.ts';
import { recordingCases } from './recording-cases.ts';

const environments = readEnvironments();
// production has everything that an alert can be about
const groups = buildRuleGroups(findEnvironment(environments, 'prd'));
const suiteSeconds = 90;

const cases: Readonly<Record<AlertName, AlertCase>> = {
  ...operatorCases,
  ...buildCases,
  ...functionCases,
  ...receiverCases,
  ...eventingCases,
  ...objectiveCases,
  ...platformCases,
};

const nameOf = (rule: RuleGroup['rules'][number]): string => ('alert' in rule ? rule.alert : rule.record);

/** One rule and the recorded series that it reads: all of them for each test would take minutes. */
function groupsFor(name: string): readonly RuleGroup[] {
  const rules = groups.flatMap((group) => group.rules);
  const chosen = rules.filter((rule) => nameOf(rule) === name);
  const read = rules.filter((rule) => 'record' in rule && chosen.some(({ expr }) => expr.includes(`${rule.record}{`)));
  return [{ name: 'rules', rules: [...read.filter((rule) => !chosen.includes(rule)), ...chosen] }];
}

const toInput = (series: Series): RuleTest['input_series'] =>
  Object.entries(series).map(([one, values]) => ({ series: one, values }));

const firing = (name: string): string =>
  `group by (alertname, environment) (ALERTS{alertname="${name}", alertstate="firing"})`;

function toAlertTest(name: string, { after, interval = '1m' }: AlertCase, series: Series, fires: boolean): RuleTest {
  const labels = `{alertname="${name}", environment="prd"}`;
  return {
    interval,
    input_series: toInput(series),
    promql_expr_test: [
      { expr: firing(name), eval_time: `${after}m`, exp_samples: fires ? [{ labels, value: 1 }] : [] },
    ],
  };
}

const sectionsOf = (name: string, alert: AlertCase): readonly RuleTestFile[] => [
  {
    name: `${name}-fires`,
    groups: groupsFor(name),
    tests: alert.faults.map((series) => toAlertTest(name, alert, series, true)),
  },
  {
    name: `${name}-silent`,
    groups: groupsFor(name),
    tests: alert.silent.map((series) => toAlertTest(name, alert, series, false)),
  },
];

const onNoData = [...alerts].filter(([, alert]) => alert.onNoData === true).map(([name]) => name);

const noData: RuleTestFile = {
  name: 'no-data',
  groups,
  tests: [
    {
      interval: '1m',
      input_series: [],
      promql_expr_test: [
        {
          expr: 'group by (alertname) (ALERTS{alertstate="firing"})',
          eval_time: '90m',
          exp_samples: onNoData.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
        },
      ],
    },
  ],
};

const recorded = Object.entries(recordingCases).map(([name, { series, expected }]): RuleTestFile => ({
  name: `recording-${name.replaceAll(':', '-')}`,
  groups: groupsFor(name),
  tests: [
    {
      interval: '1m',
      input_series: toInput(series),
      promql_expr_test: [{ expr: name, eval_time: '20m', exp_samples: expected }],
    },
  ],
}));

describe.each(environments.map((environment) => ({ name: environment.name, environment })))(
  'the rules of $name',
  ({ environment }) => {
    test('are accepted by promtool, which finds nothing to mend', () => {
      const { code, text } = checkRules(buildRuleGroups(environment));
      expect(text).toContain('SUCCESS');
      expect(code).toBe(0);
    });
  },
);

test('promtool fails a rule that is no PromQL', () => {
  const rules = [{ record: 'broken', expr: 'sum(rate(up)', labels: {} }];
  expect(checkRules([{ name: 'broken', rules }]).code).not.toBe(0);
});

describe('promtool', () => {
  let outcomes: ReadonlyMap<string, string>;
  let seconds: number;

  beforeAll(() => {
    const startedAt = performance.now();
    const files = Object.entries<AlertCase>(cases).flatMap(([name, alert]) => sectionsOf(name, alert));
    outcomes = testRules([...files, noData, ...recorded]);
    seconds = (performance.now() - startedAt) / 1000;
  });

  test('has a case for every alert', () => {
    expect(Object.keys(cases).toSorted()).toEqual([...alerts.keys()].toSorted());
  });

  test.each([...alerts.keys()])('sees %s fire on the fault', (name) => {
    expect(outcomes.get(`${name}-fires`)).toBe('SUCCESS');
  });

  test.each([...alerts.keys()])('sees %s stay silent one step below the fault', (name) => {
    expect(outcomes.get(`${name}-silent`)).toBe('SUCCESS');
  });

  test('sees nothing fire without data but what is about absent data', () => {
    expect(outcomes.get('no-data')).toBe('SUCCESS');
  });

  test('has a case for every recorded series', () => {
    const names = Object.values<readonly Recording[]>(recordings).flatMap((rules) => rules.map(({ record }) => record));
    expect(Object.keys(recordingCases).toSorted()).toEqual([...new Set(names)].toSorted());
  });

  test.each(Object.keys(recordingCases))('computes %s as expected', (name) => {
    expect(outcomes.get(`recording-${name.replaceAll(':', '-')}`)).toBe('SUCCESS');
  });

  test('needs no more time than people wait', () => {
    expect(seconds).toBeLessThan(suiteSeconds);
  });
});
