import { expect } from '@jest/globals';
import { type Case, returns, seen } from '../expectation.ts';
import { act, binary, typeOf } from '../request.ts';

const timestamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

export const telemetry: readonly Case[] = [
  {
    title: 'the line of an invocation says whose and which it is',
    send: binary({ type: typeOf('nothing'), attributes: { source: '/shop' } }),
    expect: returns(null, {
      log: {
        msg: 'invocation completed',
        level: 'info',
        ts: expect.stringMatching(timestamp),
        function: 'tested',
        namespace: 'conformance',
        status: 'success',
        event_type: 'conformance.nothing',
        event_source: '/shop',
        duration_ms: expect.any(Number),
        cold_start: expect.any(Boolean),
        correlation_id: expect.any(String),
        invocation_id: expect.any(String),
        trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
      },
    }),
  },
  {
    title: 'the start of an invocation is a line for debugging',
    send: act('nothing'),
    expect: returns(null, { log: { msg: 'invocation started', level: 'debug' } }),
  },
  ...(['debug', 'info', 'warn', 'error'] as const).map((level): Case => ({
    title: `the logger of the context writes ${level} with the ids of the invocation`,
    send: act('log', { level, message: 'hello "you"\n', fields: { answer: 42, name: 'grüß' } }),
    expect: returns(null, {
      log: {
        msg: 'hello "you"\n',
        level,
        answer: 42,
        name: 'grüß',
        function: 'tested',
        event_type: 'conformance.log',
        trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        correlation_id: expect.any(String),
      },
    }),
  })),
  {
    title: 'a line that the author prints is passed on',
    send: act('print', { text: 'a line\n{"not": "ours"}\n', times: 1 }),
    expect: returns(null),
  },
  {
    title: 'an invocation is one observation of its duration',
    send: act('nothing'),
    expect: returns(null, {
      metrics: {
        'knative_lambda_function_duration_seconds_count{}': 1,
        'knative_lambda_function_duration_seconds_bucket{le="+Inf"}': 1,
        'knative_lambda_function_cold_starts_total{}': 0,
        'knative_lambda_function_cold_start_seconds_count{}': 0,
      },
    }),
  },
  {
    title: 'the time left and the deadline are those of the timeout',
    send: act('context'),
    expect: seen({
      remainingMs: expect.any(Number),
      deadline: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/),
    }),
  },
];
