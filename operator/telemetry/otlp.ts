import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, ROOT_CONTEXT, type Span as OtelSpan, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import { redact } from './redact.ts';
import type { Span, TracedProgram, TraceSettings, Tracing } from './trace.ts';

const flushMs = 10_000;

/** Tracing that sends spans by OTLP over HTTP in batches: every five seconds, or 512 at once. */
export function startOtlpTracing(
  { endpoint, ratio, program }: Extract<TraceSettings, { kind: 'otlp' }>,
  failed: (error: Error) => void,
): Tracing {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces`, timeoutMillis: flushMs });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes(resourceAttributes(program)),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new BatchSpanProcessor(tellingFailures(exporter, failed), { exportTimeoutMillis: flushMs })],
    forceFlushTimeoutMillis: flushMs,
  });
  const tracer = provider.getTracer(program.name, program.version);
  const contexts = new AsyncLocalStorage<Context>();
  return {
    async span(name, attributes, work) {
      const parent = contexts.getStore() ?? ROOT_CONTEXT;
      const span = tracer.startSpan(name, { attributes: { ...attributes } }, parent);
      try {
        return await contexts.run(trace.setSpan(parent, span), () => work(toSpan(span)));
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: redact(String(error)) });
        throw error;
      } finally {
        span.end();
      }
    },
    // why spans were not sent has been told
    close: () => provider.shutdown().catch(() => {}),
  };
}

/** By the semantic conventions of OpenTelemetry. */
const resourceAttributes = (program: TracedProgram): Record<string, string> => ({
  'service.name': program.name,
  'service.namespace': program.namespace,
  'service.version': program.version,
  'deployment.environment.name': program.environment,
  'k8s.cluster.name': program.cluster,
  'k8s.pod.name': program.pod,
  'k8s.namespace.name': program.podNamespace,
});

function toSpan(span: OtelSpan): Span {
  const { traceId, spanId } = span.spanContext();
  return { traceId, spanId, annotate: (attributes) => void span.setAttributes({ ...attributes }) };
}

function tellingFailures(exporter: SpanExporter, failed: (error: Error) => void): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error !== undefined) failed(result.error);
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
}
