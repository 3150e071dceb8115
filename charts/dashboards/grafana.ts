import type { Dashboard, Variable } from './dashboard.ts';
import { layOut } from './layout.ts';
import { datasource, type Json, panelJson } from './panel-json.ts';

/** Version of the model that Grafana 12.2 writes; later ones upgrade it by themselves. */
const schemaVersion = 42;

/** Tag by which dashboards list each other. */
const tag = 'knative-lambda';

/** Uid of the data source that kube-prometheus-stack provisions. */
const prometheusUid = 'prometheus';

/** A number that stays the same while row and title do, so that links to a panel survive its neighbours. */
export function panelId(row: string, title: string): number {
  let hash = 0x811c9dc5;
  for (const character of `${row}\n${title}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return 1 + (hash % 999_999);
}

/** The question of a variable to the data source: Grafana's function for values of a label. */
function labelValues({ metric, from, matchers }: Variable): string {
  return `label_values(${metric}${matchers === undefined ? '' : `{${matchers}}`}, ${from})`;
}

const everything = { selected: true, text: ['All'], value: ['$__all'] } as const;

function variableJson(variable: Variable): Json {
  const query = labelValues(variable);
  return {
    name: variable.name,
    label: variable.label,
    type: 'query',
    datasource,
    definition: query,
    query: { qryType: 1, query, refId: variable.name },
    // at the first look and when the range changes, as functions come and go
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: everything,
  };
}

const chooseDatasource = {
  name: 'datasource',
  label: 'Data source',
  type: 'datasource',
  query: 'prometheus',
  current: { selected: true, text: 'Prometheus', value: prometheusUid },
} as const;

const otherDashboards = {
  type: 'dashboards',
  title: 'Knative Lambda',
  tags: [tag],
  asDropdown: true,
  icon: 'external link',
  includeVars: true,
  keepTime: true,
  targetBlank: false,
  tooltip: '',
} as const;

/** A dashboard as Grafana reads it. Pure. */
export function grafanaJson({ uid, title, purpose, refresh, range, variables, rows }: Dashboard): Json {
  return {
    uid,
    title,
    description: purpose,
    tags: [tag],
    schemaVersion,
    editable: false,
    graphTooltip: 1,
    refresh,
    time: { from: `now-${range}`, to: 'now' },
    timezone: 'browser',
    links: [otherDashboards],
    templating: { list: [chooseDatasource, ...variables.map(variableJson)] },
    panels: layOut(rows).flatMap(({ row, place, panels }) => [
      { id: panelId('', row.title), type: 'row', title: row.title, collapsed: false, gridPos: place, panels: [] },
      ...panels.map((one) => panelJson(one.panel, panelId(row.title, one.panel.title), one.place)),
    ]),
  };
}
