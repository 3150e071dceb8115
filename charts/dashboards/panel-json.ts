import { thresholds } from '../rules/thresholds.ts';
import type { Limits, Panel, Query, QueryPanel, ThresholdName } from './dashboard.ts';
import type { Place } from './layout.ts';

export type Json = Readonly<Record<string, unknown>>;

/** The data source that the reader chose. */
export const datasource = { type: 'prometheus', uid: '$datasource' } as const;

const severityColors = { info: 'blue', warning: 'orange', critical: 'red' } as const;

function namesOf(limits: Limits): readonly ThresholdName[] {
  return 'above' in limits ? limits.above : limits.below;
}

/** A gauge ends at twice the worst limit, so that the limit is in its middle. */
function endOf(limits: Limits | undefined): number {
  return limits === undefined ? 1 : 2 * Math.max(...namesOf(limits).map((name) => thresholds[name].value));
}

function stepsOf(limits: Limits | undefined): readonly Json[] {
  if (limits === undefined) {
    return [{ color: 'green', value: null }];
  }
  const sorted = namesOf(limits)
    .map((name) => thresholds[name])
    .toSorted((a, b) => a.value - b.value);
  const colors = sorted.map(({ severity }) => severityColors[severity]);
  const inOrder = 'above' in limits ? ['green', ...colors] : [...colors, 'green'];
  return inOrder.map((color, index) => ({ color, value: sorted[index - 1]?.value ?? null }));
}

function customOf({ kind, limits, stacked = false }: QueryPanel): Json {
  switch (kind) {
    case 'timeseries':
      return {
        custom: {
          drawStyle: 'line',
          fillOpacity: stacked ? 30 : 5,
          showPoints: 'never',
          stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
          thresholdsStyle: { mode: limits === undefined ? 'off' : 'dashed' },
        },
      };
    case 'table':
      return { custom: { align: 'auto', cellOptions: { type: 'auto' } } };
    default:
      return {};
  }
}

const reduceOptions = { calcs: ['lastNotNull'], fields: '', values: false } as const;

function optionsOf({ kind, queries }: QueryPanel): Json {
  switch (kind) {
    case 'stat':
      return { reduceOptions, colorMode: 'value', graphMode: 'none', justifyMode: 'auto', textMode: 'auto' };
    case 'gauge':
      return { reduceOptions, showThresholdLabels: false, showThresholdMarkers: true };
    case 'bargauge':
      return { reduceOptions, displayMode: 'basic', orientation: 'horizontal', showUnfilled: true };
    case 'timeseries': {
      const showLegend = queries.some(({ legend }) => legend !== '');
      return {
        legend: { calcs: [], displayMode: 'list', placement: 'bottom', showLegend },
        tooltip: { mode: 'multi', sort: 'desc' },
      };
    }
    case 'table':
      return { showHeader: true, cellHeight: 'sm' };
  }
}

const refId = (index: number): string => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.charAt(index);

function targetOf({ expr, legend }: Query, index: number, kind: QueryPanel['kind']): Json {
  const isNow = kind !== 'timeseries';
  return {
    datasource,
    refId: refId(index),
    expr,
    ...(kind === 'table' ? {} : { legendFormat: legend === '' ? '__auto' : legend }),
    instant: isNow,
    range: !isNow,
    format: kind === 'table' ? 'table' : 'time_series',
  };
}

/** Columns of a table: labels keep their names, each value takes the legend of its query. */
function transformationsOf({ kind, queries }: QueryPanel): readonly Json[] {
  const value = (index: number): string => (queries.length === 1 ? 'Value' : `Value #${refId(index)}`);
  const renameByName = Object.fromEntries(queries.map(({ legend }, index) => [value(index), legend]));
  return kind === 'table'
    ? [
        { id: 'merge', options: {} },
        { id: 'organize', options: { excludeByName: { Time: true }, indexByName: {}, renameByName } },
      ]
    : [];
}

interface Override {
  readonly matcher: { readonly id: string; readonly options: string };
  readonly properties: readonly { readonly id: string; readonly value: unknown }[];
}

const byName = (column: string, id: string, value: unknown): Override => ({
  matcher: { id: 'byName', options: column },
  properties: [{ id, value }],
});

function overridesOf({ queries, links }: QueryPanel): readonly Override[] {
  return [
    ...queries.flatMap(({ legend, unit }) => (unit === undefined ? [] : [byName(legend, 'unit', unit)])),
    ...(links === undefined
      ? []
      : [
          byName(
            links.column,
            'links',
            links.dashboards.map((uid) => ({
              title: uid,
              url: `/d/${uid}?var-${links.column}=\${__value.raw}&\${__url_time_range}`,
            })),
          ),
        ]),
  ];
}

function queryPanelJson(panel: QueryPanel): Json {
  const { kind, unit, states, limits, queries } = panel;
  return {
    datasource,
    fieldConfig: {
      defaults: {
        unit,
        color: { mode: kind === 'timeseries' ? 'palette-classic' : 'thresholds' },
        ...(kind === 'gauge' ? { min: 0, max: endOf(limits) } : {}),
        mappings: states === undefined ? [] : [{ type: 'value', options: states }],
        thresholds: { mode: 'absolute', steps: stepsOf(limits) },
        ...customOf(panel),
      },
      overrides: overridesOf(panel),
    },
    options: optionsOf(panel),
    targets: queries.map((query, index) => targetOf(query, index, kind)),
    transformations: transformationsOf(panel),
  };
}

/** A panel as Grafana reads it. */
export function panelJson(panel: Panel, id: number, place: Place): Json {
  const { kind, title, question } = panel;
  return {
    id,
    type: kind,
    title,
    description: question,
    gridPos: place,
    ...(panel.kind === 'text' ? { options: { mode: 'markdown', content: panel.markdown } } : queryPanelJson(panel)),
  };
}
