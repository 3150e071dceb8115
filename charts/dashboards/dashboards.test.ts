import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { readEnvironments } from '../../stacks/index.ts';
import { checkKnownQuery } from '../rules/known-metrics.ts';
import { thresholds } from '../rules/thresholds.ts';
import type { Dashboard, Panel, QueryPanel, ThresholdName, Unit } from './dashboard.ts';
import { grafanaJson, panelId } from './grafana.ts';
import { dashboardsOf, pricesOf } from './index.ts';
import { layOut, type Place } from './layout.ts';
import { printJson } from './print-json.ts';

const environments = readEnvironments();
const tiers = environments.filter(({ cluster }) => cluster.name === 'tiers');
const dashboards = tiers.slice(0, 1).flatMap((owner) => dashboardsOf(pricesOf(owner, tiers)));

const panelsOf = ({ rows }: Dashboard): readonly Panel[] => rows.flatMap(({ panels }) => panels);
const isQueryPanel = (panel: Panel): panel is QueryPanel => panel.kind !== 'text';
const queryPanelsOf = (dashboard: Dashboard): readonly QueryPanel[] => panelsOf(dashboard).filter(isQueryPanel);
const exprsOf = (dashboard: Dashboard): readonly string[] =>
  queryPanelsOf(dashboard).flatMap(({ queries }) => queries.map(({ expr }) => expr));
const limitsOf = ({ limits }: QueryPanel): readonly ThresholdName[] =>
  limits === undefined ? [] : 'above' in limits ? limits.above : limits.below;

/** Panels as rows of a table of tests. */
const panels = dashboards.flatMap((dashboard) =>
  queryPanelsOf(dashboard).map((panel) => ({ where: `${dashboard.uid}: ${panel.title}`, dashboard, panel })),
);

/** Variables of Grafana itself. */
const builtIn = new Set(['__rate_interval', 'datasource']);

const namedIn = (texts: readonly string[]): ReadonlySet<string> =>
  new Set(texts.flatMap((text) => [...text.matchAll(/\$(\w+)/g)].map(([, name = '']) => name)));

describe('the dashboards', () => {
  test('have addresses of their own, and the published ones', () => {
    const uids = dashboards.map(({ uid }) => uid);
    expect(new Set(uids).size).toBe(uids.length);
    expect(uids).toEqual(
      expect.arrayContaining([
        'knative-lambda',
        'knative-lambda-operator',
        'knative-lambda-eventing',
        'knative-lambda-sre',
        'k6-knative-lambda',
      ]),
    );
    expect(uids.filter((uid) => uid.length > 40)).toEqual([]);
  });

  test.each(dashboards)('$uid names no title twice in a row and no row twice', ({ rows }) => {
    const titles = [rows, ...rows.map((row) => row.panels)].map((list) => list.map(({ title }) => title));
    expect(titles.filter((list) => new Set(list).size < list.length)).toEqual([]);
  });

  test.each(dashboards)('$uid gives each panel a number of its own', ({ rows }) => {
    const ids = rows.flatMap((row) => [
      panelId('', row.title),
      ...row.panels.map(({ title }) => panelId(row.title, title)),
    ]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !Number.isSafeInteger(id) || id < 1)).toEqual([]);
  });

  test.each(dashboards)('$uid lays no panel over another or out of the grid', ({ rows }) => {
    const places = layOut(rows).flatMap((row) => [row.place, ...row.panels.map(({ place }) => place)]);
    expect(overlaps(places)).toEqual([]);
    expect(places.filter(({ x, w }) => x + w > 24)).toEqual([]);
  });

  test.each(dashboards)(
    '$uid uses every variable that it declares and declares every one that it uses',
    (dashboard) => {
      const declared = dashboard.variables.map(({ name }) => name);
      const used = namedIn([...exprsOf(dashboard), ...dashboard.variables.map(({ matchers = '' }) => matchers)]);
      expect([...used].filter((name) => !builtIn.has(name)).toSorted()).toEqual(declared.toSorted());
    },
  );

  test.each(dashboards)('$uid narrows a variable by earlier ones only', ({ variables }) => {
    const early = variables.flatMap(({ matchers = '' }, index) => {
      const before = new Set(variables.slice(0, index).map(({ name }) => name));
      return [...namedIn([matchers])].filter((name) => !before.has(name));
    });
    expect(early).toEqual([]);
  });

  test.each(dashboards)('$uid takes its variables from labels that exist', ({ variables }) => {
    const queries = variables.map(({ metric, from, matchers = '' }) => `count by (${from}) (${metric}{${matchers}})`);
    expect(queries.flatMap((query) => checkKnownQuery(query).faults)).toEqual([]);
  });

  test('let people choose the environment, but for the broker that environments share', () => {
    const without = dashboards.filter(({ variables }) => !variables.some(({ name }) => name === 'environment'));
    expect(without.map(({ uid }) => uid)).toEqual(['knative-lambda-broker']);
  });

  test('lead from the table of environments to dashboards that exist and have the variable', () => {
    const links = panels.flatMap(({ panel }) => (panel.links === undefined ? [] : [panel.links]));
    const missing = links.flatMap(({ column, dashboards: targets }) =>
      targets.filter(
        (uid) => !dashboards.some((one) => one.uid === uid && one.variables.some(({ name }) => name === column)),
      ),
    );
    expect(links).toHaveLength(1);
    expect(missing).toEqual([]);
  });

  test.each(dashboards)('$uid fits into a ConfigMap', (dashboard) => {
    expect(printJson(grafanaJson(dashboard)).length).toBeLessThan(1024 * 1024);
  });

  test('show the budgets of the environments on the cluster', () => {
    const texts = dashboards.flatMap(panelsOf).flatMap((panel) => (panel.kind === 'text' ? [panel.markdown] : []));
    expect(texts.join('\n')).toContain('| dev | 80 | 10 | 5 | 95 |');
    expect(texts.join('\n')).toContain('| prd | 320 | 40 | 15 | 375 |');
  });
});

describe('a panel', () => {
  test.each(panels)('$where asks for known metrics and labels, in PromQL', ({ panel }) => {
    expect(panel.queries.flatMap(({ expr }) => checkKnownQuery(expr).faults)).toEqual([]);
  });

  test.each(panels)('$where shows in its legend labels that its result has', ({ panel }) => {
    const missing = panel.queries.flatMap(({ expr, legend }) => {
      const { labels } = checkKnownQuery(expr);
      return [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name).filter((name) => !labels.has(name));
    });
    expect(missing).toEqual([]);
  });

  test.each(panels)('$where compares with thresholds of its own unit', ({ panel }) => {
    const strange = limitsOf(panel).filter((name) => !unitsOf[thresholds[name].unit].includes(panel.unit));
    expect(strange).toEqual([]);
  });

  test.each(panels)('$where asks a question and answers it', ({ panel }) => {
    expect(panel.question).toMatch(/\?/);
    expect(panel.queries).not.toEqual([]);
  });

  test.each(panels)('$where guards its ratios by the denominator, and clamps none', ({ panel }) => {
    const exprs = panel.queries.map(({ expr }) => expr);
    expect(exprs.filter((expr) => /clamp/.test(expr))).toEqual([]);
    expect(exprs.flatMap((expr) => unguarded(expr))).toEqual([]);
  });

  test.each(panels)('$where looks back no longer than Prometheus keeps', ({ panel }) => {
    const windows = panel.queries.flatMap(({ expr }) => [...expr.matchAll(/\[(\d+)([smhd])\]/g)]);
    const days = windows.map(([, count, unit = '']) => (Number(count) * (secondsOf[unit] ?? Infinity)) / 86_400);
    expect(days.filter((one) => one > 7)).toEqual([]);
  });
});

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Units of panels that may be compared with a threshold of a unit. */
const unitsOf: Readonly<Record<(typeof thresholds)[ThresholdName]['unit'], readonly Unit[]>> = {
  count: ['short'],
  messages: ['short'],
  perSecond: ['reqps', 'ops', 'eps', 'mps', 'cps'],
  ratio: ['percentunit'],
  seconds: ['s'],
  ready: [],
  burnRate: ['short'],
};

/** Denominators that are neither a number nor compared with zero. */
function unguarded(expr: string): readonly string[] {
  return [...expr.matchAll(/ \/ /g)]
    .map(({ index }) => operand(expr.slice(index + 3)))
    .filter((text) => !/^[\d.]+$/.test(text) && !text.endsWith('> 0)'));
}

/** The number or the text in brackets that an expression begins with. */
function operand(text: string): string {
  let depth = 0;
  for (let end = 0; end < text.length; end += 1) {
    const character = text.charAt(end);
    depth += Number(character === '(') - Number(character === ')');
    if (depth < 0 || (depth === 0 && ') '.includes(character))) {
      return text.slice(0, end + 1).trim();
    }
  }
  return text;
}

function overlaps(places: readonly Place[]): readonly (readonly [Place, Place])[] {
  return places.flatMap((a, index) =>
    places
      .slice(index + 1)
      .filter((b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h)
      .map((b) => [a, b] as const),
  );
}

const thresholdSchema = z.looseObject({
  panels: z.array(
    z.looseObject({
      title: z.string(),
      fieldConfig: z
        .looseObject({
          defaults: z.looseObject({
            thresholds: z.object({
              mode: z.literal('absolute'),
              steps: z.array(z.object({ color: z.string(), value: z.number().nullable() })),
            }),
          }),
        })
        .optional(),
    }),
  ),
});

function stepsOf(uid: string, title: string): unknown {
  return dashboards
    .filter((dashboard) => dashboard.uid === uid)
    .flatMap((dashboard) => thresholdSchema.parse(grafanaJson(dashboard)).panels)
    .find((panel) => panel.title === title)?.fieldConfig?.defaults.thresholds.steps;
}

describe('the thresholds of a panel', () => {
  test('turn from green to the colour of their severity where more is worse', () => {
    expect(stepsOf('knative-lambda', 'Latency: P95 of a build')).toEqual([
      { color: 'green', value: null },
      { color: 'orange', value: thresholds.buildP95.value },
      { color: 'red', value: thresholds.buildP95Page.value },
    ]);
  });

  test('turn to green at the limit where less is worse', () => {
    expect(stepsOf('knative-lambda', 'Builds that succeed')).toEqual([
      { color: 'orange', value: null },
      { color: 'green', value: thresholds.buildSuccessRatio.value },
    ]);
    expect(stepsOf('knative-lambda', 'Certificates')).toEqual([
      { color: 'red', value: null },
      { color: 'orange', value: thresholds.certificateExpiryPage.value },
      { color: 'green', value: thresholds.certificateExpiry.value },
    ]);
  });
});
