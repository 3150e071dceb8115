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

/** Placeholders of the table of recordings, as the rules of an environment have them. */
const placeholders: Readonly<Record<string, string>> = {
  $env: 'environment=""',
  $control: 'namespace=""',
  $namespaces: 'namespace=~""',
  $functionsCertificate: 'name=""',
  $coreHourUsd: '1',
  $queueLength: '1',
};

const texts = /"(?:[^"\\]|\\.)*"/g;
const numbers = /(?<![\w.:])\d+(?:\.\d+)?(?![\w.])/g;

/** The query without the values of its matchers and without its numbers, which say nothing about names. */
function shapeOf(expr: string): string {
  return expr
    .replaceAll(
      /\$(?:env|control|namespaces|functionsCertificate|coreHourUsd|queueLength)\b/g,
      (name) => placeholders[name] ?? name,
    )
    .replaceAll(texts, '""')
    .replaceAll(numbers, '1');
}

/** Everything that queries may name, and what is known of queries: those of one shape are parsed once. */
class KnownSeries {
  readonly #labels = new Map(
    [...Object.entries<Metric>(metrics), ...platformMetrics].flatMap(([name, metric]) => seriesOf(name, metric)),
  );
  readonly #answers = new Map<string, Query>();

  constructor() {
    for (const { record, expr, labels = {} } of Object.values<readonly Recording[]>(recordings).flat()) {
      const computed = [...this.check(expr).labels, ...Object.keys(labels), 'environment'];
      this.#labels.set(record, new Set([...(this.#labels.get(record) ?? []), ...computed]));
    }
  }

  check(expr: string): Query {
    const shape = shapeOf(expr);
    const answer = this.#answers.get(shape) ?? checkQuery(shape, (metric) => this.#labels.get(metric));
    this.#answers.set(shape, answer);
    return answer;
  }
}

let known: KnownSeries | undefined;

/** Checks a query against every series that is emitted or recorded. */
export function checkKnownQuery(expr: string): Query {
  known ??= new KnownSeries();
  return known.check(expr);
}
