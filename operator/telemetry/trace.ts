/** What a span says of its work. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** A span under way. */
export interface Span {
  /** Both absent when nothing is traced. */
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  /** Adds what is known only once the work is under way. */
  annotate(attributes: SpanAttributes): void;
}

/** Records spans of work; those begun inside another are its children, across awaits too. */
export interface Tracing {
  /** Runs work in a span. The result, or the failure, is that of the work. */
  span<Result>(name: string, attributes: SpanAttributes, work: (span: Span) => Promise<Result>): Promise<Result>;
  /** Sends what is left, for ten seconds at most; never fails. */
  close(): Promise<void>;
}

/** What identifies a program in its traces. */
export interface TracedProgram {
  readonly name: string;
  readonly namespace: string;
  readonly version: string;
  /** Deployment environment. */
  readonly environment: string;
  readonly cluster: string;
  readonly pod: string;
  readonly podNamespace: string;
}

export type TraceSettings =
  | { readonly kind: 'off' }
  | {
      readonly kind: 'otlp';
      /** Base address of OTLP over HTTP; spans go to `/v1/traces` below it. */
      readonly endpoint: string;
      /** Share of traces that are recorded, 0 to 1; a child follows its parent. */
      readonly ratio: number;
      readonly program: TracedProgram;
    };

const untraced: Span = { traceId: undefined, spanId: undefined, annotate: () => {} };

export const noTracing: Tracing = {
  span: (_name, _attributes, work) => work(untraced),
  close: () => Promise.resolve(),
};

/**
 * Starts tracing where an endpoint is set; the libraries of OpenTelemetry are loaded only then.
 * `failed` hears why spans could not be sent; they are dropped.
 */
export async function startTracing(settings: TraceSettings, failed: (error: Error) => void): Promise<Tracing> {
  switch (settings.kind) {
    case 'off':
      return noTracing;
    case 'otlp': {
      const { startOtlpTracing } = await import('./otlp.ts');
      return startOtlpTracing(settings, failed);
    }
  }
}
