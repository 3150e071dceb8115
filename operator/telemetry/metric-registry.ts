import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Metric } from '../api/metric.ts';
import { type MetricName, metrics } from '../api/metrics.ts';

type Metrics = typeof metrics;
type NameOf<Type extends Metric['type']> = {
  [Name in MetricName]: Metrics[Name]['type'] extends Type ? Name : never;
}[MetricName];
type LabelOf<Name extends MetricName> = Metrics[Name]['labels'][number];

/** Metrics of one program. Only what the table in operator/api holds can be emitted: all else is a type error. */
export class MetricRegistry {
  readonly #registry = new Registry();

  /** Media type of what {@link render} returns. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  counter<Name extends NameOf<'counter'>>(
    name: Name,
    collect: (counter: Counter<LabelOf<Name>>) => void = ignore,
  ): Counter<LabelOf<Name>> {
    const { help } = metrics[name];
    const counter: Counter<LabelOf<Name>> = new Counter<LabelOf<Name>>({
      name,
      help,
      labelNames: labelsOf(name),
      registers: [this.#registry],
      collect: (): void => collect(counter),
    });
    return counter;
  }

  /** A gauge; `collect` sets it at each scrape. */
  gauge<Name extends NameOf<'gauge'>>(
    name: Name,
    collect: (gauge: Gauge<LabelOf<Name>>) => void = ignore,
  ): Gauge<LabelOf<Name>> {
    const { help } = metrics[name];
    const gauge: Gauge<LabelOf<Name>> = new Gauge<LabelOf<Name>>({
      name,
      help,
      labelNames: labelsOf(name),
      registers: [this.#registry],
      collect: (): void => collect(gauge),
    });
    return gauge;
  }

  histogram<Name extends NameOf<'histogram'>>(name: Name): Histogram<LabelOf<Name>> {
    const { help, buckets } = metrics[name];
    return new Histogram<LabelOf<Name>>({
      name,
      help,
      labelNames: labelsOf(name),
      buckets: [...buckets],
      registers: [this.#registry],
    });
  }

  /** All metrics in the text format of Prometheus. */
  render(): Promise<string> {
    return this.#registry.metrics();
  }
}

const ignore = (): void => {};

const labelsOf = <Name extends MetricName>(name: Name): readonly LabelOf<Name>[] => metrics[name].labels;
