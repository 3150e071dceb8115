import type { thresholds } from '../rules/thresholds.ts';

export type ThresholdName = keyof typeof thresholds;

/** Units by Grafana's ids; ratios are 0 to 1 and shown as percent. */
export type Unit =
  | 'short'
  | 'percentunit'
  | 's'
  | 'ms'
  | 'bytes'
  | 'Bps'
  | 'reqps'
  | 'ops'
  | 'eps'
  | 'mps'
  | 'cps'
  | 'currencyUSD';

/** A query and how its series are called, for example `{{function}}`; in a table, the head of its column. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
  /** Unit of one column of a table; default that of the panel. */
  readonly unit?: Unit;
}

/** On which side of the thresholds it gets bad; colours come from their severity. */
export type Limits = { readonly above: readonly ThresholdName[] } | { readonly below: readonly ThresholdName[] };

/** Words for the values of a state, with their colour. */
export type States = Readonly<Record<number, { readonly text: string; readonly color: 'green' | 'orange' | 'red' }>>;

interface PanelBase {
  readonly title: string;
  /** What the panel answers; shown beside its title and in the docs. */
  readonly question: string;
  /** Columns of 24; default by kind. */
  readonly width?: number;
}

export interface QueryPanel extends PanelBase {
  readonly kind: 'stat' | 'gauge' | 'timeseries' | 'bargauge' | 'table';
  readonly unit: Unit;
  readonly queries: readonly Query[];
  readonly limits?: Limits;
  readonly states?: States;
  /** Whether the series of a time series add up; default false. */
  readonly stacked?: boolean;
  /** Column of a table whose cells lead to the other dashboards, by the variable that they set there. */
  readonly links?: { readonly column: string; readonly dashboards: readonly string[] };
}

export interface TextPanel extends PanelBase {
  readonly kind: 'text';
  readonly markdown: string;
}

export type Panel = QueryPanel | TextPanel;

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Something that the reader chooses: values of a label of a metric, all of them at first. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  readonly metric: string;
  readonly from: string;
  /** Matchers that narrow the choice, in PromQL without braces. */
  readonly matchers?: string;
}

export interface Dashboard {
  /** Part of its address, /d/<uid>; never changed, as people and alerts link to it. */
  readonly uid: string;
  readonly title: string;
  readonly purpose: string;
  readonly refresh: '10s' | '30s' | '1m' | '5m';
  /** Time range at first, as `now-1h` without the `now-`. */
  readonly range: string;
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
}

type QueryPanelProps = Omit<QueryPanel, 'kind' | 'queries'>;

/** Props of a panel of one figure; `legend` names its series where there are several. */
interface FigureProps extends QueryPanelProps {
  readonly expr: string;
  readonly legend?: string;
}

interface SeriesProps extends QueryPanelProps {
  readonly queries: readonly Query[];
}

function figure(kind: 'stat' | 'gauge' | 'bargauge', { expr, legend = '', ...props }: FigureProps): QueryPanel {
  return { kind, ...props, queries: [{ expr, legend }] };
}

/** One figure, now. */
export const stat = (props: FigureProps): QueryPanel => figure('stat', props);
/** One ratio or fill level, now. */
export const gauge = (props: FigureProps): QueryPanel => figure('gauge', props);
/** One bar for each series, now. */
export const bars = (props: FigureProps): QueryPanel => figure('bargauge', props);
/** Lines over time. */
export const lines = (props: SeriesProps): QueryPanel => ({ kind: 'timeseries', ...props });
/** One line of one query over time. */
export const line = ({ expr, legend = '', ...props }: FigureProps): QueryPanel =>
  lines({ ...props, queries: [{ expr, legend }] });
/** One row for each set of labels, one column for each query. */
export const table = (props: SeriesProps): QueryPanel => ({ kind: 'table', ...props });
/** A note. */
export const text = (props: Omit<TextPanel, 'kind'>): TextPanel => ({ kind: 'text', ...props });
