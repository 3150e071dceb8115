import type { Reconcile } from '../reconcile/pass.ts';
import type { PassReport, PassResult } from '../reconcile/reconcile-observer.ts';
import type { Log, LogFields } from './log.ts';
import type { Tracing } from './trace.ts';

/** Makes each pass of a controller a span and, when it ends, a line of the log that names the span. */
export class PassTelemetry {
  readonly #log: Log;
  readonly #tracing: Tracing;
  /** Ids of spans by the id of a pass under way. */
  readonly #spans = new Map<string, LogFields>();

  constructor(log: Log, tracing: Tracing) {
    this.#log = log;
    this.#tracing = tracing;
  }

  /** The same reconcile function inside a span. */
  traced(controller: string, reconcile: Reconcile): Reconcile {
    return (key, context) =>
      this.#tracing.span('reconcile', { controller, key, 'reconcile.id': context.id }, async (span) => {
        const { traceId, spanId } = span;
        if (traceId !== undefined) this.#spans.set(context.id, { trace_id: traceId, span_id: spanId });
        const outcome = await reconcile(key, context);
        span.annotate({ 'reconcile.outcome': outcome.kind });
        return outcome;
      });
  }

  reconciled(controller: string, result: PassResult, seconds: number, report: PassReport): void {
    const { key, id, reason, message, error } = report;
    const span = this.#spans.get(id);
    this.#spans.delete(id);
    const fields = { controller, key, reconcileID: id, ...span, result, seconds };
    switch (result) {
      case 'success':
        return this.#log.debug(fields, 'reconciled');
      case 'requeue_after':
        return this.#log.debug(
          { ...fields, ...(reason === '' ? {} : { reason }) },
          'reconciled, to be looked at again',
        );
      case 'terminal':
        return this.#log.warn({ ...fields, reason }, message);
      case 'error':
        return this.#log.error({ ...fields, err: error }, 'failed, to be tried again');
    }
  }
}
