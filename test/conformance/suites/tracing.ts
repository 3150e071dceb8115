import { describe, expect, test } from '@jest/globals';
import { findFreePorts } from '../../cluster/free-ports.ts';
import { act, binary, typeOf } from '../request.ts';
import { attributeOf, receiveSpans, type Span, type SpanReceiver } from '../span-receiver.ts';
import type { Workbench } from '../tested-language.ts';
import type { WrapperProcess } from '../wrapper-process.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';
const server = 2;
const failed = 2;

const traced = (name: string, flags: string, body = '{}') =>
  binary({ type: typeOf(name), body, headers: [['traceparent', `00-${traceId}-${parentId}-${flags}`]] });

/** What has come once the wrapper has drained. */
async function afterEnd(wrapper: WrapperProcess, receiver: SpanReceiver): Promise<readonly Span[]> {
  wrapper.signal('SIGTERM');
  expect((await wrapper.ended).code).toBe(0);
  receiver.close();
  return receiver.spans;
}

export function describeTracing(bench: () => Workbench): void {
  describe('tracing', () => {
    test('an invocation is one span that goes on with the trace of the caller', async () => {
      const receiver = await receiveSpans();
      const wrapper = await bench().start({
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc',
        OTEL_RESOURCE_ATTRIBUTES: 'service.version=1.2.3,deployment.environment=dev',
      });
      const { headers } = await wrapper.answer(traced('nothing', '01')('event-1'));
      const [span, ...others] = await afterEnd(wrapper, receiver);
      expect(others).toEqual([]);
      expect(span).toMatchObject({ traceId, parentSpanId: parentId, name: 'handler_execution', kind: server });
      expect(headers.get('ce-traceparent')).toBe(`00-${traceId}-${span?.spanId}-01`);
      const attribute = (name: string): unknown => span && attributeOf(span, name);
      expect(attribute('faas.invocation_id')).toBe('event-1');
      expect(attribute('faas.coldstart')).toBe(true);
      expect(attribute('faas.trigger')).toBe('pubsub');
      expect(attribute('cloudevents.event_type')).toBe('conformance.nothing');
      expect(attribute('cloudevents.event_source')).toBe('/conformance');
      expect(attribute('correlation_id')).toBe('event-1');
      expect(Number(span?.endTimeUnixNano)).toBeGreaterThanOrEqual(Number(span?.startTimeUnixNano));
      expect(Object.fromEntries(receiver.resource)).toMatchObject({
        'service.name': 'tested',
        'service.namespace': 'conformance',
        'service.version': '1.2.3',
        'deployment.environment': 'dev',
      });
      expect(receiver.headers.get('authorization')).toBe('Bearer abc');
    });

    test('a failed invocation is a span with its error', async () => {
      const receiver = await receiveSpans();
      const wrapper = await bench().start({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces` });
      const body = JSON.stringify({ name: 'OrderError', message: 'no stock' });
      await wrapper.answer(traced('raise', '01', body)('event-2'));
      const [span] = await afterEnd(wrapper, receiver);
      expect(span?.status).toMatchObject({ code: failed, message: 'no stock' });
    });

    test('each event of a batch and each new trace is a span', async () => {
      const receiver = await receiveSpans();
      const wrapper = await bench().start({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
      await Promise.all(['a', 'b', 'c'].map((id) => wrapper.answer(act('nothing')(id))));
      const spans = await afterEnd(wrapper, receiver);
      expect(new Set(spans.map((span) => span.traceId)).size).toBe(3);
    });

    test('what the caller does not sample is not sent', async () => {
      const receiver = await receiveSpans();
      const wrapper = await bench().start({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
      await wrapper.answer(traced('nothing', '00')('event-3'));
      expect(await afterEnd(wrapper, receiver)).toEqual([]);
    });

    test.each([
      ['OTEL_TRACES_SAMPLER_ARG', '0'],
      ['OTEL_SDK_DISABLED', 'true'],
    ] as const)('%s=%s sends nothing', async (name, value) => {
      const receiver = await receiveSpans();
      const wrapper = await bench().start({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, [name]: value });
      await wrapper.answer(act('nothing')('event-4'));
      expect(await afterEnd(wrapper, receiver)).toEqual([]);
    });

    test('a receiver that is down costs no invocation and no time at the end', async () => {
      const [port] = await findFreePorts(1);
      const wrapper = await bench().start({ OTEL_EXPORTER_OTLP_ENDPOINT: `127.0.0.1:${port}` });
      expect((await wrapper.answer(act('nothing')('event-5'))).status).toBe(200);
      const startedAt = performance.now();
      wrapper.signal('SIGTERM');
      expect((await wrapper.ended).code).toBe(0);
      expect(performance.now() - startedAt).toBeLessThan(5000);
    });
  });
}
