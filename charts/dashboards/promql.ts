/** Matcher of the variable that every dashboard has. */
export const chosen = 'environment=~"$environment"';

/** Window that fits the resolution of the panel, at least four scrapes; Grafana fills it in. */
const step = '$__rate_interval';

interface Selection {
  /** Matchers without braces; default those of the chosen environment. */
  readonly where?: string;
  readonly window?: string;
  /** Labels that are kept; default none. */
  readonly by?: string;
}

const grouped = (by: string | undefined): string => (by === undefined ? 'sum' : `sum by (${by})`);

/** What a counter gains in a second. */
export function rate(counter: string, { where = chosen, window = step, by }: Selection = {}): string {
  return `${grouped(by)} (rate(${counter}{${where}}[${window}]))`;
}

/** What a counter gains in the window; default 5 minutes. */
export function increase(counter: string, { where = chosen, window = '5m', by }: Selection = {}): string {
  return `${grouped(by)} (increase(${counter}{${where}}[${window}]))`;
}

/** Sum of a gauge: a pod that stands by exports zeros, so that an average would be wrong. */
export function total(gauge: string, { where = chosen, by }: Omit<Selection, 'window'> = {}): string {
  return `${grouped(by)} (${gauge}{${where}})`;
}

/** Estimated quantile of a histogram. */
export function quantile(q: number, histogram: string, { where = chosen, window = step, by }: Selection = {}): string {
  const labels = by === undefined ? 'le' : `le, ${by}`;
  return `histogram_quantile(${q}, sum by (${labels}) (rate(${histogram}_bucket{${where}}[${window}])))`;
}

/** Share of a whole; nothing, rather than a wrong figure, where the whole is zero. */
export function ratio(part: string, whole: string): string {
  return `(${part}) / ((${whole}) > 0)`;
}

/** Share of what a counter counts that has the label; 0 where none has it and something was counted. */
export function share(counter: string, matcher: string, selection: Selection = {}): string {
  const { where = chosen } = selection;
  const whole = rate(counter, selection);
  return ratio(`${rate(counter, { ...selection, where: `${where}, ${matcher}` })} or 0 * ${whole}`, whole);
}
