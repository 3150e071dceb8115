import { type Metric, metrics } from '../../operator/api/index.ts';
import { type PlatformMetric, platformMetrics, scrapeLabels } from './platform-metrics.ts';
import { checkQuery, type Query } from './promql.ts';
import { recordings } from './recordings.ts';
import type { Recording } from './rule.ts';

/** Series that a histogram is stored as, by the ending of its name, with the label that they add. */
const histogramSeries = { _bucket: ['le'], _sum: [], _count: [] } as const;

function seriesOf(
  name: string,
  { type, labels }: Pick<Metric | PlatformMetric, 'type' | 'labels'>,
): [string, ReadonlySet<string>][] {
  const all = [...labels, ...scrapeLabels];
  return type === 'histogram'
    ? Object.entries(histogramSeries).map(([ending, added]) => [`${name}${ending}`, new Set([...all, ...added])])
    : [[name, new Set(all)]];
}

/** Expressions of the tables name environments and namespaces by placeholders. */
const placeholders = /\$(env|control|namespaces)\b/g;
const matcherOf: Readonly<Record<string, string>> = {
  env: 'environment=""',
  control: 'namespace=""',
  namespaces: 'namespace=""',
};

/** Labels of every series that a query may name: own ones, those of others, and those that rules record from them. */
function findKnownSeries(): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Map(
    [...Object.entries<Metric>(metrics), ...platformMetrics].flatMap(([name, metric]) => seriesOf(name, metric)),
  );
  for (const { record, expr, labels = {} } of Object.values<readonly Recording[]>(recordings).flat()) {
    const filled = expr.replaceAll(placeholders, (...[, name]: string[]) => matcherOf[name ?? ''] ?? '');
    const query = checkQuery(filled, (metric) => known.get(metric));
    known.set(record, new Set([...(known.get(record) ?? []), ...query.labels, ...Object.keys(labels), 'environment']));
  }
  return known;
}

let known: ReadonlyMap<string, ReadonlySet<string>> | undefined;
const answers = new Map<string, Query>();
const texts = /"(?:[^"\\]|\\.)*"/g;

/**
 * Checks a query against every series that is emitted or recorded. The values of matchers say nothing about names, so
 * queries that differ in them only are parsed once.
 */
export function checkKnownQuery(expr: string): Query {
  known ??= findKnownSeries();
  const series = known;
  const shape = expr.replaceAll(texts, '""');
  const answer = answers.get(shape) ?? checkQuery(shape, (metric) => series.get(metric));
  answers.set(shape, answer);
  return answer;
}
