import type { Completion } from './ollama.ts';
import type { Settings } from './settings.ts';

/** Buckets of the semantic conventions for generative AI, in tokens and in seconds. */
const buckets = {
  tokens: Array.from({ length: 14 }, (_, power) => 4 ** power),
  seconds: Array.from({ length: 14 }, (_, power) => 0.01 * 2 ** power),
} as const;

const agentSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300] as const;

type Labels = Readonly<Record<string, string>>;

/** A histogram in the text format of Prometheus. */
class Histogram {
  readonly #name: string;
  readonly #buckets: readonly number[];
  readonly #series = new Map<string, { readonly counts: number[]; sum: number }>();

  constructor(name: string, bounds: readonly number[]) {
    this.#name = name;
    this.#buckets = bounds;
  }

  observe(labels: Labels, value: number): void {
    const key = textOf(labels);
    const series = this.#series.get(key) ?? { counts: [...this.#buckets, Infinity].map(() => 0), sum: 0 };
    for (const [index, bound] of [...this.#buckets, Infinity].entries()) {
      if (value <= bound) series.counts[index] = (series.counts[index] ?? 0) + 1;
    }
    series.sum += value;
    this.#series.set(key, series);
  }

  render(): readonly string[] {
    const lines = [...this.#series].flatMap(([labels, { counts, sum }]) => [
      ...counts.map((count, index) => {
        const bound = this.#buckets[index];
        return `${this.#name}_bucket{${labels},le="${bound ?? '+Inf'}"} ${count}`;
      }),
      `${this.#name}_sum{${labels}} ${sum}`,
      `${this.#name}_count{${labels}} ${counts.at(-1) ?? 0}`,
    ]);
    return [`# TYPE ${this.#name} histogram`, ...lines];
  }
}

const textOf = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replaceAll(/[\\"]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}"`)
    .join(',');

/** What calls of the model took: the platform's metrics, and those of OpenTelemetry for generative AI. */
export class ModelMetrics {
  readonly #own: Labels;
  readonly #general: Labels;
  readonly #tokens = new Map<'input' | 'output', number>();
  readonly #seconds = new Histogram('knative_lambda_agent_inference_duration_seconds', agentSeconds);
  readonly #usage = new Histogram('gen_ai_client_token_usage', buckets.tokens);
  readonly #duration = new Histogram('gen_ai_client_operation_duration_seconds', buckets.seconds);

  constructor({ model, name, namespace }: Settings) {
    this.#own = { agent: name, agent_namespace: namespace, provider: 'ollama', model };
    this.#general = { gen_ai_operation_name: 'chat', gen_ai_provider_name: 'ollama', gen_ai_request_model: model };
  }

  succeeded(seconds: number, { inputTokens, outputTokens }: Completion): void {
    this.#seconds.observe({ ...this.#own, result: 'success' }, seconds);
    this.#duration.observe(this.#general, seconds);
    for (const [direction, count] of [
      ['input', inputTokens],
      ['output', outputTokens],
    ] as const) {
      this.#tokens.set(direction, (this.#tokens.get(direction) ?? 0) + count);
      this.#usage.observe({ ...this.#general, gen_ai_token_type: direction }, count);
    }
  }

  failed(seconds: number, error: string): void {
    this.#seconds.observe({ ...this.#own, result: 'error' }, seconds);
    this.#duration.observe({ ...this.#general, error_type: error }, seconds);
  }

  render(): string {
    const total = 'knative_lambda_agent_tokens_total';
    const tokens = [...this.#tokens].map(
      ([direction, count]) => `${total}{${textOf({ ...this.#own, direction })}} ${count}`,
    );
    const histograms = [this.#seconds, this.#usage, this.#duration].flatMap((one) => one.render());
    return `${[`# TYPE ${total} counter`, ...tokens, ...histograms].join('\n')}\n`;
  }
}
