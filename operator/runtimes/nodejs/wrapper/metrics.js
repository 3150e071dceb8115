/** @typedef {'success' | 'error' | 'timeout'} Status */

const prefix = 'knative_lambda_function';
const durationBounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const coldStartBounds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

class Histogram {
  /** @type {readonly number[]} */
  #bounds;
  /** @type {number[]} */
  #counts;
  #sum = 0;
  #count = 0;

  /** @param {readonly number[]} bounds in ascending order */
  constructor(bounds) {
    this.#bounds = bounds;
    this.#counts = bounds.map(() => 0);
  }

  /** @param {number} value */
  observe(value) {
    const index = this.#bounds.findIndex((bound) => value <= bound);
    if (index >= 0) this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sum += value;
    this.#count += 1;
  }

  /**
   * @param {string} name
   * @param {string} labels
   */
  render(name, labels) {
    let below = 0;
    const buckets = this.#bounds.map((bound, index) => {
      below += this.#counts[index] ?? 0;
      return `${name}_bucket{${labels},le="${bound}"} ${below}`;
    });
    return [
      ...buckets,
      `${name}_bucket{${labels},le="+Inf"} ${this.#count}`,
      `${name}_sum{${labels}} ${this.#sum}`,
      `${name}_count{${labels}} ${this.#count}`,
    ];
  }
}

/** @param {string} value */
const escapeLabel = (value) => value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');

/** What the function says of itself, in the text format 0.0.4 of Prometheus. */
export class Metrics {
  /** @type {Record<Status, number>} */
  #invocations = { success: 0, error: 0, timeout: 0 };
  /** @type {Map<string, number>} */
  #errors = new Map();
  #coldStarts = 0;
  #durations = new Histogram(durationBounds);
  #coldStartDurations = new Histogram(coldStartBounds);
  #labels;

  /** @param {{ functionName: string, functionNamespace: string }} identity */
  constructor({ functionName, functionNamespace }) {
    this.#labels = `function="${escapeLabel(functionName)}",function_namespace="${escapeLabel(functionNamespace)}"`;
  }

  /** An invocation that returned. */
  countSuccess() {
    this.#invocations.success += 1;
  }

  /**
   * @param {'error' | 'timeout'} status
   * @param {string} errorType from the closed list of the contract
   */
  countFailure(status, errorType) {
    this.#invocations[status] += 1;
    this.#errors.set(errorType, (this.#errors.get(errorType) ?? 0) + 1);
  }

  countColdStart() {
    this.#coldStarts += 1;
  }

  /** @param {number} seconds */
  observeDuration(seconds) {
    this.#durations.observe(seconds);
  }

  /** @param {number} seconds from the start of the process to its first answer */
  observeColdStart(seconds) {
    this.#coldStartDurations.observe(seconds);
  }

  /** @returns {{ invocations: number, errors: number }} */
  totals() {
    const { success, error, timeout } = this.#invocations;
    return { invocations: success + error + timeout, errors: error + timeout };
  }

  /** @returns {string} */
  render() {
    const labels = this.#labels;
    const counter = (/** @type {string} */ name, /** @type {string} */ help) => [
      `# HELP ${prefix}_${name} ${help}`,
      `# TYPE ${prefix}_${name} counter`,
    ];
    const histogram = (/** @type {string} */ name, /** @type {string} */ help) => [
      `# HELP ${prefix}_${name} ${help}`,
      `# TYPE ${prefix}_${name} histogram`,
    ];
    return [
      ...counter('invocations_total', 'Invocations of a function; status is success, error or timeout.'),
      ...Object.entries(this.#invocations).map(
        ([status, count]) => `${prefix}_invocations_total{${labels},status="${status}"} ${count}`,
      ),
      ...histogram('duration_seconds', 'Duration of an invocation, the start of the process not included.'),
      ...this.#durations.render(`${prefix}_duration_seconds`, labels),
      ...counter('errors_total', 'Failed invocations by kind of error, from a closed list.'),
      ...[...this.#errors].map(([type, count]) => `${prefix}_errors_total{${labels},error_type="${type}"} ${count}`),
      ...counter('cold_starts_total', 'Invocations that were the first of their process.'),
      `${prefix}_cold_starts_total{${labels}} ${this.#coldStarts}`,
      ...histogram(
        'cold_start_seconds',
        'Time from the start of the process to its first answer, without the wait for a request.',
      ),
      ...this.#coldStartDurations.render(`${prefix}_cold_start_seconds`, labels),
      '',
    ].join('\n');
  }
}
