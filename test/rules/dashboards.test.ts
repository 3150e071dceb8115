import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Dashboard, Variable } from '../../charts/dashboards/dashboard.ts';
import { dashboardsOf, pricesOf } from '../../charts/dashboards/index.ts';
import { buildRuleGroups } from '../../charts/rules/rule-groups.ts';
import { findEnvironment, readEnvironments } from '../../stacks/index.ts';
import { eventually } from '../cluster/eventually.ts';
import { findFreePorts } from '../cluster/free-ports.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';
import { serveSamples } from './sample-exporter.ts';

const environments = readEnvironments();
const environment = findEnvironment(environments, 'prd');
const dashboards = dashboardsOf(pricesOf(environment, environments));

type Choices = ReadonlyMap<string, string>;

/** What Grafana puts in the place of a variable of several values, and of its own. */
function fill(text: string, choices: Choices): string {
  return text.replaceAll(/\$(\w+)/g, (...[variable, name]: string[]) => choices.get(name ?? '') ?? variable ?? '');
}

async function choose({ labelValues }: Prometheus, variables: readonly Variable[]): Promise<Choices> {
  const choices = new Map([['__rate_interval', '1m']]);
  for (const { name, metric, from, matchers = '' } of variables) {
    const values = await labelValues(from, `${metric}{${fill(matchers, choices)}}`);
    if (values.length === 0) {
      throw new Error(`variable ${name} has no values: ${from} of ${metric}{${fill(matchers, choices)}}`);
    }
    choices.set(name, `(${values.join('|')})`);
  }
  return choices;
}

/** Queries of a dashboard that Prometheus has something against, or answers with nothing. */
async function complaintsAbout({ variables, rows }: Dashboard, prometheus: Prometheus): Promise<readonly string[]> {
  const choices = await choose(prometheus, variables);
  const queries = rows.flatMap(({ panels }) =>
    panels.flatMap((panel) =>
      panel.kind === 'text' ? [] : panel.queries.map(({ expr }) => ({ title: panel.title, expr: fill(expr, choices) })),
    ),
  );
  const answers = await Promise.all(
    queries.map(async ({ title, expr }) => {
      const { series, complaints } = await prometheus.query(expr);
      return [...complaints, ...(series === 0 ? ['no series'] : [])].map((what) => `${title}: ${what}: ${expr}`);
    }),
  );
  return answers.flat();
}

describe('Prometheus with a sample of every metric and the recording rules', () => {
  let exporter: Server;
  let prometheus: Prometheus;

  beforeAll(async () => {
    const [port = 0] = await findFreePorts(1);
    exporter = await serveSamples(environment, port);
    const groups = buildRuleGroups(environment);
    prometheus = await startPrometheus({
      target: { port, job: 'knative-lambda-builder', labels: { environment: environment.name } },
      groups,
    });
    const recorded = new Set(
      groups.flatMap(({ rules }) => rules.flatMap((rule) => ('record' in rule ? rule.record : []))),
    );
    // some count steps of 15 seconds, so that they come late
    await eventually(
      async () => {
        const found = new Set(await prometheus.labelValues('__name__', `{__name__=~"${[...recorded].join('|')}"}`));
        return found.size === recorded.size;
      },
      { intervalMs: 250 },
    );
  });

  afterAll(async () => {
    exporter.close();
    await prometheus.stop();
  });

  test.each(dashboards)(
    'answers every query of $uid with series, without error, warning or note',
    async (dashboard) => {
      expect(await complaintsAbout(dashboard, prometheus)).toEqual([]);
    },
  );

  test('fails for a query that finds nothing and for one that is wrong', async () => {
    const broken: Dashboard = {
      uid: 'broken',
      title: 'Broken',
      purpose: 'To be refused.',
      refresh: '30s',
      range: '1h',
      variables: [],
      rows: [
        {
          title: 'Row',
          panels: [
            {
              kind: 'stat',
              title: 'Nothing',
              question: '?',
              unit: 'short',
              queries: [{ expr: 'absent_metric', legend: '' }],
            },
            {
              kind: 'stat',
              title: 'Gauge',
              question: '?',
              unit: 'short',
              queries: [{ expr: 'rate(workqueue_depth[1m])', legend: '' }],
            },
            { kind: 'stat', title: 'Syntax', question: '?', unit: 'short', queries: [{ expr: 'sum(', legend: '' }] },
          ],
        },
      ],
    };
    expect(await complaintsAbout(broken, prometheus)).toEqual([
      expect.stringMatching(/^Nothing: no series/),
      expect.stringMatching(/^Gauge: .*metric might not be a counter/),
      expect.stringMatching(/^Syntax: .*unclosed left parenthesis/),
      expect.stringMatching(/^Syntax: no series/),
    ]);
  });
});
