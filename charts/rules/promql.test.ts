import { describe, expect, test } from '@jest/globals';
import { checkKnownQuery } from './known-metrics.ts';

const requests = 'knative_lambda_receiver_requests_total';
const duration = 'knative_lambda_receiver_request_duration_seconds_bucket';

describe('a query', () => {
  test.each<readonly [what: string, query: string, labels: readonly string[]]>([
    ['an aggregation', `sum by (route, environment) (rate(${requests}{code=~"5.."}[5m]))`, ['route', 'environment']],
    ['a quantile', `histogram_quantile(0.99, sum by (le, route) (rate(${duration}[5m])))`, ['route']],
    [
      'a ratio',
      `sum by (route) (rate(${requests}[5m])) / on (route) sum by (route) (rate(${requests}[1h]))`,
      ['route'],
    ],
    ['a comparison', `sum by (code) (${requests}) > 0 and sum by (code) (${requests}) > 5`, ['code']],
    [
      'a join',
      `sum by (route) (${requests}) * on (route) group_left (code) sum by (route, code) (${requests})`,
      ['route', 'code'],
    ],
    ['a number', 'vector(1) > time()', []],
    [
      "Grafana's interval",
      `sum by (route) (increase(${requests}{namespace=~"$namespace"}[$__rate_interval]))`,
      ['route'],
    ],
    ["Flagger's interval", `sum(rate(${requests}{namespace="{{ namespace }}"}[{{ interval }}]))`, []],
  ])('follows the labels through %s', (...[, query, labels]) => {
    const result = checkKnownQuery(query);
    expect(result.faults).toEqual([]);
    expect([...result.labels].toSorted()).toEqual([...labels].toSorted());
  });

  test('keeps the labels that an aggregation leaves', () => {
    const { labels } = checkKnownQuery(`sum without (route) (${requests})`);
    expect([...labels]).toEqual(expect.arrayContaining(['code', 'environment', 'pod']));
    expect([...labels]).not.toContain('route');
  });

  test.each<readonly [what: string, query: string, fault: RegExp]>([
    ['an unknown metric', 'sum(rate(requests_total[5m]))', /^metric requests_total is emitted by nobody$/],
    ['the name of a histogram itself', 'knative_lambda_function_duration_seconds', /is emitted by nobody/],
    ['a matcher on a label that the metric lacks', `${requests}{status="500"}`, /^label status is no label of/],
    [
      'a grouping by a label that is gone',
      `sum by (route) (sum by (code) (${requests}))`,
      /^label route is grouped by/,
    ],
    [
      'a match on a label that one side lacks',
      `${requests} / on (route) up`,
      /^label route is matched on.* the right side/,
    ],
    [
      'a quantile without buckets',
      `histogram_quantile(0.9, sum by (route) (rate(${duration}[5m])))`,
      /^label le is needed/,
    ],
    ['an open bracket', `sum(rate(${requests}[5m])`, /^syntax error at/],
    ['a selector without a name', '{job="a"}', /names no metric/],
  ])('fails for %s', (...[, query, fault]) => {
    expect(checkKnownQuery(query).faults).toEqual([expect.stringMatching(fault)]);
  });
});
