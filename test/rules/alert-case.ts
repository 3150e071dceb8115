/** Series by name and labels, with values in the notation of promtool: `0+60x30` is a start, a step and a count. */
export type Series = Readonly<Record<string, string>>;

/** What an alert must say to series of the environment prd. */
export interface AlertCase {
  /** Each must make it fire. */
  readonly faults: readonly Series[];
  /** None may: the first is one step below the fault. */
  readonly silent: readonly [Series, ...Series[]];
  /** Minutes after the first sample at which it is asked. */
  readonly after: number;
  /** Time between samples; default a minute. */
  readonly interval?: string;
}

const environment = 'environment="prd"';
const control = 'namespace="knative-lambda-prd"';

/** Series of the environment, with more labels. */
export const own = (metric: string, labels = ''): string => `${metric}{${environment}${labels && `, ${labels}`}}`;

/** Series of kube-state-metrics and others that know the namespace only. */
export const inControl = (metric: string, labels: string): string => `${metric}{${control}, ${labels}}`;

export const constant = (value: number): string => `${value}x400`;

/** A counter that grows by so much between samples. */
export const growing = (step: number): string => `0+${step}x400`;

/** A histogram of 100 observations between samples, so many of which are below the bound and all below the next. */
export function histogram(
  metric: string,
  [below, bound, next]: readonly [number, string, string],
  labels = '',
): Series {
  const more = labels && `, ${labels}`;
  return {
    [own(`${metric}_bucket`, `le="${bound}"${more}`)]: growing(below),
    [own(`${metric}_bucket`, `le="${next}"${more}`)]: growing(100),
    [own(`${metric}_bucket`, `le="+Inf"${more}`)]: growing(100),
    [own(`${metric}_count`, labels.replace(/^, /, ''))]: growing(100),
  };
}
