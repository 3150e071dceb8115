import { expect } from '@jest/globals';
import { type Case, refuses, returns, seen } from '../expectation.ts';
import { act, binary, type Header, structured, typeOf, wire } from '../request.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parent = `00-${traceId}-b7ad6b7169203331-01`;
const unsampled = `00-${traceId}-b7ad6b7169203331-00`;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const withHeaders = (name: string, ...headers: readonly Header[]) => binary({ type: typeOf(name), headers });

export const identity: readonly Case[] = [
  {
    title: 'the correlation id is the header first',
    send: withHeaders('context', ['x-correlation-id', 'order-1'], ['ce-correlationid', 'order-2']),
    expect: seen(
      { correlationId: 'order-1' },
      {
        headers: { 'x-correlation-id': 'order-1', 'ce-correlationid': 'order-1' },
        log: { correlation_id: 'order-1', msg: 'invocation completed' },
      },
    ),
  },
  {
    title: 'the correlation id is the extension second',
    send: withHeaders('context', ['ce-correlationid', 'order-2']),
    expect: seen(
      { correlationId: 'order-2' },
      {
        headers: { 'x-correlation-id': 'order-2' },
      },
    ),
  },
  {
    title: 'the correlation id and the invocation id are the id of the event else',
    send: binary({ type: typeOf('context'), attributes: { id: 'event-3' } }),
    expect: seen(
      { correlationId: 'event-3', invocationId: 'event-3', id: 'event-3' },
      {
        headers: { 'x-correlation-id': 'event-3', 'ce-correlationid': 'event-3', 'ce-causationid': 'event-3' },
        log: {},
      },
    ),
  },
  {
    title: 'a structured event has the same ids',
    send: structured('context', { id: 'event-4' }),
    expect: seen(
      { correlationId: 'event-4', invocationId: 'event-4' },
      {
        headers: { 'x-correlation-id': 'event-4', 'ce-causationid': 'event-4' },
        log: {},
      },
    ),
  },
  {
    title: 'a plain POST gets new ids',
    send: wire({ headers: [['content-type', 'application/json']], body: '{"act":"context"}' }),
    expect: seen(
      { id: expect.stringMatching(uuid) },
      {
        headers: { 'x-correlation-id': uuid, 'ce-causationid': uuid },
        log: {},
      },
    ),
  },
  ...(
    [
      ['is too long', 'x'.repeat(257)],
      ['has a space', 'a b'],
    ] as const
  ).map(([what, value]): Case => ({
    title: `a correlation id that ${what} is passed over`,
    send: (id) => withHeaders('nothing', ['x-correlation-id', value], ['ce-correlationid', 'order-5'])(id),
    expect: returns(null, { headers: { 'x-correlation-id': 'order-5' } }),
  })),
  {
    title: 'an id with unicode comes back percent-encoded',
    send: structured('nothing', { id: 'grüß 1' }),
    expect: returns(null, { headers: { 'ce-causationid': 'gr%C3%BC%C3%9F%201' }, log: {} }),
  },
  {
    title: 'the function has its name and namespace',
    send: act('context'),
    expect: seen({ functionName: 'tested', functionNamespace: 'conformance' }),
  },
  {
    title: 'the trace of the caller goes on, with a span of its own',
    send: withHeaders('context', ['traceparent', parent], ['tracestate', 'vendor=1']),
    expect: seen(
      {
        traceparent: expect.stringMatching(new RegExp(`^00-${traceId}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`)),
        tracestate: 'vendor=1',
      },
      {
        headers: { 'ce-traceparent': new RegExp(`^00-${traceId}-`), 'ce-tracestate': 'vendor=1' },
        log: { trace_id: traceId, span_id: expect.stringMatching(/^[0-9a-f]{16}$/) },
      },
    ),
  },
  {
    title: 'a trace that is not sampled stays so',
    send: withHeaders('nothing', ['traceparent', unsampled]),
    expect: returns(null, { headers: { 'ce-traceparent': new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`) } }),
  },
  {
    title: 'the extension traceparent counts where there is no header',
    send: withHeaders('nothing', ['ce-traceparent', parent]),
    expect: returns(null, { headers: { 'ce-traceparent': new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`) } }),
  },
  {
    title: 'the header traceparent wins over the extension',
    send: withHeaders(
      'nothing',
      ['traceparent', parent],
      ['ce-traceparent', `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`],
    ),
    expect: returns(null, { headers: { 'ce-traceparent': new RegExp(`^00-${traceId}-`) } }),
  },
  ...(
    [
      ['is broken', [['traceparent', '00-zz-1-01']]],
      ['is all zero', [['traceparent', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`]]],
      [
        'comes twice',
        [
          ['traceparent', parent],
          ['traceparent', parent],
        ],
      ],
    ] as const
  ).map(([what, headers]): Case => ({
    title: `a traceparent that ${what} begins a new trace`,
    send: withHeaders('nothing', ...headers),
    expect: returns(null, {
      headers: { 'ce-traceparent': new RegExp(`^00-(?!${traceId}|0{32})[0-9a-f]{32}-[0-9a-f]{16}-01$`) },
    }),
  })),
  {
    title: 'the hop count grows by one',
    send: withHeaders('context', ['ce-hopcount', '3']),
    expect: seen({ hopCount: 3 }, { headers: { 'ce-hopcount': '4' } }),
  },
  {
    title: 'a hop count that is no whole number counts as none',
    send: withHeaders('context', ['ce-hopcount', 'many']),
    expect: seen({ hopCount: 0 }, { headers: { 'ce-hopcount': '1' } }),
  },
  {
    title: 'the last hop before the limit is taken',
    send: withHeaders('nothing', ['ce-hopcount', '15']),
    expect: returns(null, { headers: { 'ce-hopcount': '16' } }),
  },
  {
    title: 'fails on an event that has made too many hops',
    send: withHeaders('nothing', ['ce-hopcount', '16']),
    expect: refuses('HopLimitExceeded'),
  },
];
