import { expect } from '@jest/globals';
import { eventually } from '../cluster/eventually.ts';
import type { Case, Expectation } from './expectation.ts';
import { type Samples, testedSeries } from './metrics-text.ts';
import { parseObject } from './parse-object.ts';
import type { WireResponse } from './wire.ts';
import type { WrapperProcess } from './wrapper-process.ts';

const jsonType = 'application/json';
const batchType = 'application/cloudevents-batch+json';
/** Lines and counts may come just after the answer. */
const soon = { timeoutMs: 3000, intervalMs: 5 } as const;

/** Sends the request of a case and checks answer, log and metrics. */
export async function verifyCase(wrapper: WrapperProcess, { send, expect: expected }: Case, id: string): Promise<void> {
  const request = send(id);
  const before = expected.metrics === undefined ? new Map<string, number>() : await wrapper.metrics();
  const mark = wrapper.log().length;
  const response = await wrapper.answer(request);
  expect([expected.status].flat()).toContain(response.status);
  if (request.method === 'POST' && request.path.split('?')[0] === '/') verifyInvariants(response);
  verifyHeaders(response, expected.headers ?? {});
  verifyBody(response, expected);
  await verifyLog(wrapper, mark, response, expected.log ?? {});
  await verifyMetrics(wrapper, before, expected.metrics ?? {});
}

/** What holds for every answer to an event, whatever the outcome. */
export function verifyInvariants({ status, headers, body }: WireResponse): void {
  expect(headers.get('x-correlation-id')).toMatch(/^[!-~]+$/);
  expect(headers.get('content-length')).toBe(String(body.length));
  const type = headers.get('content-type');
  if (type === batchType) return;
  const isEvent = [200, 500, 504].includes(status);
  expect(headers.has('ce-type')).toBe(isEvent);
  if (!isEvent) return;
  for (const name of ['ce-id', 'ce-source', 'ce-specversion', 'ce-time', 'ce-hopcount', 'ce-correlationid']) {
    expect(headers.get(name)).toMatch(/./);
  }
  const isOurs = headers.get('ce-type')?.startsWith('io.knative.lambda.response.') === true;
  if (isOurs) verifyReply(status, type, parseObject(body));
}

function verifyReply(status: number, type: string | undefined, body: Readonly<Record<string, unknown>>): void {
  expect(type).toBe(jsonType);
  expect(body).toEqual({
    functionName: 'tested',
    namespace: 'conformance',
    invocationId: expect.any(String),
    correlationId: expect.any(String),
    metrics: { durationMs: expect.any(Number), coldStart: expect.any(Boolean), memoryUsedMb: expect.any(Number) },
    ...(status === 200
      ? { result: expect.objectContaining({ statusCode: 200 }) }
      : { error: { code: expect.any(String), message: expect.any(String), retryable: expect.any(Boolean) } }),
  });
}

function verifyHeaders({ headers }: WireResponse, expected: NonNullable<Expectation['headers']>): void {
  for (const [name, value] of Object.entries(expected)) {
    const got = headers.get(name);
    const shown = { [name]: got };
    if (value === null) expect(shown).toEqual({ [name]: undefined });
    else expect(shown).toEqual({ [name]: typeof value === 'string' ? value : expect.stringMatching(value) });
  }
}

function verifyBody({ body }: WireResponse, expected: Expectation): void {
  if (Buffer.isBuffer(expected.body)) expect(body.equals(expected.body)).toBe(true);
  else if ('body' in expected) expect(JSON.parse(body.toString('utf8'))).toEqual(expected.body);
  if ('result' in expected) expect(parseObject(body)['result']).toEqual({ statusCode: 200, body: expected.result });
  if ('resultBytes' in expected) {
    expect(parseObject(body)['result']).toEqual({ statusCode: 200, bodyBase64: expected.resultBytes });
  }
  if (expected.error !== undefined) {
    const wanted = Object.entries(expected.error).map(([key, value]): [string, unknown] => [
      key,
      value instanceof RegExp ? expect.stringMatching(value) : value,
    ]);
    expect(parseObject(body)['error']).toEqual(expect.objectContaining(Object.fromEntries(wanted)));
  }
}

async function verifyLog(
  wrapper: WrapperProcess,
  mark: number,
  { headers }: WireResponse,
  expected: NonNullable<Expectation['log']>,
): Promise<void> {
  if (Object.keys(expected).length === 0) return;
  const cause = headers.get('ce-causationid');
  const wanted = cause === undefined ? expected : { event_id: decodeURIComponent(cause), ...expected };
  await eventually(() => {
    expect(wrapper.log().slice(mark)).toContainEqual(expect.objectContaining(wanted));
  }, soon);
}

async function verifyMetrics(
  wrapper: WrapperProcess,
  before: Samples,
  expected: NonNullable<Expectation['metrics']>,
): Promise<void> {
  if (Object.keys(expected).length === 0) return;
  await eventually(async () => {
    const after = await wrapper.metrics();
    const growth = Object.keys(expected).map((name): [string, number] => {
      const series = testedSeries(name);
      return [name, (after.get(series) ?? 0) - (before.get(series) ?? 0)];
    });
    expect(Object.fromEntries(growth)).toEqual(expected);
  }, soon);
}
