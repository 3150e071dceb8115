import { type Metric, metrics } from '../../operator/api/index.ts';
import { type PlatformMetric, platformMetrics, scrapeLabels } from './platform-metrics.ts';

/** Series that a histogram is stored as, by the ending of its name, with the label that they add. */
const histogramSeries = { _bucket: ['le'], _sum: [], _count: [] } as const;

function seriesOf(
  name: string,
  { type, labels }: Pick<Metric | PlatformMetric, 'type' | 'labels'>,
): [string, Set<string>][] {
  const all = [...labels, ...scrapeLabels];
  return type === 'histogram'
    ? Object.entries(histogramSeries).map(([ending, added]) => [`${name}${ending}`, new Set([...all, ...added])])
    : [[name, new Set(all)]];
}

/** Labels of every series that a query may name, own and foreign, without those that rules record. */
export const emittedSeries: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [...Object.entries<Metric>(metrics), ...platformMetrics].flatMap(([name, metric]) => seriesOf(name, metric)),
);
