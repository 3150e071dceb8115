import { type Case, type Expectation, fails, returns } from '../expectation.ts';
import { act, type RequestOf } from '../request.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|\+00:00)$/;
const own = { specversion: '1.0', type: 'order.placed' };

const notSerializable = fails({ code: 'ResultNotSerializable', retryable: false }, 'handler', {
  headers: { 'kne-errorcode': 'ResultNotSerializable', 'kne-errorretryable': 'false' },
});

const invalidReply: Expectation = fails({ code: 'InvalidReply', retryable: false }, 'handler');

/** The handler returns this CloudEvent. */
const event = (members: object): RequestOf => act('return', { ...own, ...members });

/** The answer is that event, with these headers and this body. */
function replies(headers: Expectation['headers'], body: unknown): Expectation {
  return {
    status: 200,
    headers: { 'ce-specversion': '1.0', 'ce-type': 'order.placed', 'ce-hopcount': '1', ...headers },
    body,
    log: { msg: 'invocation completed', status: 'success' },
  };
}

export const values: readonly Case[] = [
  {
    title: 'a reply has the documented headers and body',
    send: act('return', { answer: 42 }),
    expect: returns(
      { answer: 42 },
      {
        headers: {
          'content-type': 'application/json',
          'ce-specversion': '1.0',
          'ce-id': uuid,
          'ce-type': 'io.knative.lambda.response.success',
          'ce-source': 'io.knative.lambda/runtime/conformance/tested',
          'ce-subject': 'conformance/tested',
          'ce-time': rfc3339,
          'ce-hopcount': '1',
          'ce-traceparent': /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/,
          'kne-errorcode': null,
          server: null,
          'x-powered-by': null,
        },
      },
    ),
  },
  { title: 'an async handler is awaited', send: act('async', 'later'), expect: returns('later') },
  { title: 'returning nothing is a success with null', send: act('nothing'), expect: returns(null) },
  {
    title: 'returned bytes are base64',
    send: act('bytes', { base64: 'AAH/gA==' }),
    expect: { status: 200, resultBytes: 'AAH/gA==' },
  },
  {
    title: 'no returned bytes are an empty base64',
    send: act('bytes', { base64: '' }),
    expect: { status: 200, resultBytes: '' },
  },
  {
    title: 'a returned statusCode is data',
    send: act('return', { statusCode: 404, headers: { a: 'b' }, body: 'x' }),
    expect: returns({ statusCode: 404, headers: { a: 'b' }, body: 'x' }),
  },
  { title: 'a returned number is no status', send: act('return', 404), expect: returns(404) },
  {
    title: 'a large result arrives whole',
    send: act('repeat', { text: 'ü', times: 1_000_000 }),
    expect: returns('ü'.repeat(1_000_000)),
  },
  ...['circular', 'nan', 'infinity', 'nestednan', 'generator', 'function'].map((kind): Case => ({
    title: `fails on a result that JSON cannot say: ${kind}`,
    send: act(kind),
    expect: notSerializable,
  })),
];

export const events: readonly Case[] = [
  {
    title: 'a returned event is the reply, with its own attributes and data',
    send: event({
      id: 'own-id',
      source: '/own',
      subject: 'own subject',
      time: '2026-01-02T03:04:05Z',
      tenant: 'blue',
      data: { total: 3 },
    }),
    expect: replies(
      {
        'ce-id': 'own-id',
        'ce-source': '/own',
        'ce-subject': 'own%20subject',
        'ce-time': '2026-01-02T03:04:05Z',
        'ce-tenant': 'blue',
        'content-type': 'application/json',
      },
      { total: 3 },
    ),
  },
  {
    title: 'what a returned event lacks is filled in',
    send: event({ data: 0 }),
    expect: replies(
      {
        'ce-id': uuid,
        'ce-source': 'io.knative.lambda/runtime/conformance/tested',
        'ce-time': rfc3339,
        'ce-subject': null,
      },
      0,
    ),
  },
  {
    title: 'data of a returned event may be text',
    send: event({ datacontenttype: 'text/plain', data: 'grüß' }),
    expect: replies({ 'content-type': 'text/plain' }, Buffer.from('grüß')),
  },
  {
    title: 'data of a returned event may be a JSON string',
    send: event({ data: 'grüß' }),
    expect: replies({ 'content-type': 'application/json' }, 'grüß'),
  },
  {
    title: 'data of a returned event may be base64',
    send: event({ datacontenttype: 'image/png', data_base64: 'AAH/gA==' }),
    expect: replies({ 'content-type': 'image/png' }, Buffer.from([0, 1, 255, 128])),
  },
  {
    title: 'base64 of a returned event without a media type is an octet stream',
    send: event({ data_base64: 'AAE=' }),
    expect: replies({ 'content-type': 'application/octet-stream' }, Buffer.from([0, 1])),
  },
  {
    title: 'a returned event may have no data',
    send: event({}),
    expect: replies({ 'content-length': '0' }, Buffer.alloc(0)),
  },
  {
    title: 'attributes of a returned event are percent-encoded',
    send: event({ subject: 'café "x" 100%', data: 1 }),
    expect: replies({ 'ce-subject': 'caf%C3%A9%20%22x%22%20100%25' }, 1),
  },
  {
    title: 'a returned event cannot end its header early',
    send: event({ subject: 'a\r\nx-injected: 1', data: 1 }),
    expect: replies({ 'ce-subject': 'a%0D%0Ax-injected:%201', 'x-injected': null }, 1),
  },
  {
    title: 'extensions of a returned event may be booleans and whole numbers',
    send: event({ urgent: true, count: 3, data: 1 }),
    expect: replies({ 'ce-urgent': 'true', 'ce-count': '3' }, 1),
  },
  {
    title: 'a returned event cannot change the hop count',
    send: event({ hopcount: 0, data: 1 }),
    expect: replies({ 'ce-hopcount': '1' }, 1),
  },
  {
    title: 'an object of another spec version is a value',
    send: act('return', { specversion: '0.3', type: 'x' }),
    expect: returns({ specversion: '0.3', type: 'x' }),
  },
  ...(
    [
      ['an empty type', { type: '' }],
      ['an empty id', { id: '' }],
      ['a source that is a number', { source: 1 }],
      ['a time that is none', { time: 'yesterday' }],
      ['an extension that is an object', { tenant: {} }],
      ['an extension that is a fraction', { ratio: 0.5 }],
      ['data twice', { data: 1, data_base64: 'MQ==' }],
      ['base64 that is none', { data_base64: '!' }],
    ] as const
  ).map(([what, members]): Case => ({
    title: `fails on a returned event with ${what}`,
    send: event(members),
    expect: invalidReply,
  })),
];
