/** A metric that the product emits; the names are an API that dashboards, alerts and canaries are written against. */
export interface Metric {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Never an identifier of an invocation, trace, user or request: each value is a series. */
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in the unit of its name. */
  readonly buckets?: readonly number[];
  /** Program that serves the metric on its own /metrics. */
  readonly emittedBy: 'operator' | 'receiver' | 'function' | 'agent';
}

/** Seconds of a request or an invocation. */
export const requestSeconds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;
