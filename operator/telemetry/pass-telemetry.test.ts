import { describe, expect, test } from '@jest/globals';
import { done, terminal } from '../reconcile/outcome.ts';
import type { ReconcileContext } from '../reconcile/pass.ts';
import type { PassReport } from '../reconcile/reconcile-observer.ts';
import { createLog } from './log.ts';
import { PassTelemetry } from './pass-telemetry.ts';
import { noTracing, type Span, type SpanAttributes, type Tracing } from './trace.ts';

const context: ReconcileContext = {
  signal: new AbortController().signal,
  id: '00c0ffee',
  failures: 0,
  creating: (_object, send) => send(),
};
const ended: PassReport = { key: 'default/hello', id: context.id, reason: '', message: '', error: undefined };

/** Tracing that keeps what spans say. */
class KeptTracing implements Tracing {
  readonly spans: [string, SpanAttributes][] = [];
  readonly close = (): Promise<void> => noTracing.close();
  async span<Result>(name: string, attributes: SpanAttributes, work: (span: Span) => Promise<Result>): Promise<Result> {
    const said: [string, SpanAttributes] = [name, attributes];
    this.spans.push(said);
    const annotate = (more: SpanAttributes): void => void (said[1] = { ...said[1], ...more });
    return work({ traceId: 'trace-1', spanId: 'span-1', annotate });
  }
}

function record(tracing: Tracing): { readonly telemetry: PassTelemetry; lines(this: void): readonly unknown[] } {
  const written: string[] = [];
  const log = createLog('debug', { write: (line) => void written.push(line) });
  return { telemetry: new PassTelemetry(log, tracing), lines: () => written.map((line): unknown => JSON.parse(line)) };
}

describe('the telemetry of a pass', () => {
  test('is a span with controller, key, id and outcome, and a line that names it', async () => {
    const tracing = new KeptTracing();
    const { telemetry, lines } = record(tracing);
    await telemetry.traced('functions', () => Promise.resolve(done))('default/hello', context);
    telemetry.reconciled('functions', 'success', 0.25, ended);
    const attributes = { controller: 'functions', key: 'default/hello', 'reconcile.id': '00c0ffee' };
    expect(tracing.spans).toEqual([['reconcile', { ...attributes, 'reconcile.outcome': 'done' }]]);
    expect(lines()).toEqual([
      {
        level: 'debug',
        ts: expect.any(String),
        msg: 'reconciled',
        controller: 'functions',
        key: 'default/hello',
        reconcileID: '00c0ffee',
        trace_id: 'trace-1',
        span_id: 'span-1',
        result: 'success',
        seconds: 0.25,
      },
    ]);
  });

  test('forgets the span with the line, so that the next pass has its own', async () => {
    const { telemetry, lines } = record(new KeptTracing());
    await telemetry.traced('functions', () => Promise.resolve(done))('default/hello', context);
    telemetry.reconciled('functions', 'success', 0, ended);
    telemetry.reconciled('functions', 'success', 0, ended);
    expect(lines()[1]).not.toHaveProperty('trace_id');
  });

  test('says how a pass ended by level and message', async () => {
    const { telemetry, lines } = record(noTracing);
    await telemetry.traced('functions', () => Promise.resolve(terminal('BadSource', 'no such bucket')))('k', context);
    telemetry.reconciled('functions', 'requeue_after', 0, { ...ended, reason: 'BuildRunning' });
    telemetry.reconciled('functions', 'terminal', 0, { ...ended, reason: 'BadSource', message: 'no such bucket' });
    telemetry.reconciled('functions', 'error', 0, { ...ended, error: new Error('refused') });
    expect(lines()).toEqual([
      expect.objectContaining({ level: 'debug', reason: 'BuildRunning' }),
      expect.objectContaining({ level: 'warn', msg: 'no such bucket', reason: 'BadSource' }),
      expect.objectContaining({ level: 'error', err: expect.objectContaining({ message: 'refused' }) }),
    ]);
  });
});
