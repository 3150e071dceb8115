import { expect } from '@jest/globals';
import { type Case, type Expectation, gets, refuses, returns, seen } from '../expectation.ts';
import { batch, binary, type Header, structured, typeOf, wire } from '../request.ts';

const echo = typeOf('echo');
const json = { name: 'world' };
const body = JSON.stringify(json);

const unreadable = (message: RegExp): Expectation =>
  refuses('UnreadableEvent', { error: { code: 'UnreadableEvent', message, retryable: false } });

const context = (attributes: Readonly<Record<string, string | null>>, headers: readonly Header[] = []) =>
  binary({ type: typeOf('context'), attributes, headers });

export const binaryMode: readonly Case[] = [
  {
    title: 'binary mode gives the handler the parsed JSON',
    send: binary({ type: echo, body }),
    expect: gets('object', json),
  },
  {
    title: 'binary mode reads header names in any case',
    send: wire({
      headers: [
        ['Content-Type', 'application/json'],
        ['CE-SpecVersion', '1.0'],
        ['Ce-Id', 'upper-case'],
        ['cE-sOuRcE', '/conformance'],
        ['CE-TYPE', echo],
      ],
      body,
    }),
    expect: gets('object', json, { headers: { 'ce-causationid': 'upper-case' }, log: {} }),
  },
  {
    title: 'binary mode reads a chunked body',
    send: binary({ type: echo, body, framing: 'chunked' }),
    expect: gets('object', json),
  },
  {
    title: 'a caller that waits for 100-continue is answered',
    send: binary({ type: echo, body, headers: [['expect', '100-continue']] }),
    expect: gets('object', json),
  },
  {
    title: 'a query does not matter',
    send: (id) => ({ ...binary({ type: echo, body })(id), path: '/?a=1&b=2' }),
    expect: gets('object', json),
  },
  {
    title: 'every attribute reaches the context',
    send: context({ subject: 's', time: '2026-01-02T03:04:05.678+01:00', dataschema: 'https://example.com/schema' }),
    expect: seen({
      source: '/conformance',
      type: 'conformance.context',
      specversion: '1.0',
      subject: 's',
      time: '2026-01-02T03:04:05.678+01:00',
      dataschema: 'https://example.com/schema',
      datacontenttype: 'application/json',
      extensions: {},
      hopCount: 0,
    }),
  },
  {
    title: 'extensions reach the context as strings',
    send: context({ tenant: 'blue', sequence: '007' }),
    expect: seen({ extensions: { tenant: 'blue', sequence: '007' } }),
  },
  {
    title: 'an extension whose name is not allowed is left out',
    send: context({ 'my-tenant': 'blue', my_tenant: 'blue', tenant: 'red' }),
    expect: seen({ extensions: { tenant: 'red' } }),
  },
  {
    title: 'a percent-encoded attribute arrives decoded',
    send: context({ subject: 'caf%C3%A9%20%22x%22' }),
    expect: seen({ subject: 'café "x"' }),
  },
  {
    title: 'an attribute is decoded once',
    send: context({ subject: 'a%2520b' }),
    expect: seen({ subject: 'a%20b' }),
  },
  {
    title: 'an attribute in double quotes arrives without them',
    send: context({ subject: '"a \\"b\\" c"' }),
    expect: seen({ subject: 'a "b" c' }),
  },
  {
    title: 'an attribute with a broken percent sequence arrives as it is',
    send: context({ subject: '100%' }),
    expect: seen({ subject: '100%' }),
  },
  {
    title: 'an attribute that decodes to no UTF-8 arrives as it is',
    send: context({ subject: '%FF%FE' }),
    expect: seen({ subject: '%FF%FE' }),
  },
  {
    title: 'an optional attribute that is empty is absent',
    send: context({ subject: '', time: '' }),
    expect: returns({ context: expect.not.objectContaining({ subject: expect.anything(), time: expect.anything() }) }),
  },
  ...(['id', 'source', 'type', 'specversion'] as const).flatMap((name): Case[] => [
    {
      title: `fails to read an event without ${name}`,
      send: binary({ type: echo, attributes: { [name]: null } }),
      expect: unreadable(new RegExp(name)),
    },
    {
      title: `fails to read an event with an empty ${name}`,
      send: binary({ type: echo, attributes: { [name]: '' } }),
      expect: unreadable(new RegExp(name)),
    },
    {
      title: `fails to read an event whose ${name} comes twice`,
      send: binary({ type: echo, headers: [[`ce-${name}`, name === 'specversion' ? '1.0' : 'again']] }),
      expect: unreadable(new RegExp(name)),
    },
  ]),
  {
    title: 'fails to read an event whose extension comes twice',
    send: context({ tenant: 'blue' }, [['ce-tenant', 'blue']]),
    expect: unreadable(/tenant/),
  },
  ...['0.3', '1', '2.0', '1.0.2'].map((specversion): Case => ({
    title: `fails to read an event of spec version ${specversion}`,
    send: binary({ type: echo, attributes: { specversion } }),
    expect: unreadable(/specversion/),
  })),
  ...['yesterday', '2026-01-02', '2026-01-02 03:04:05Z', '2026-01-02T03:04:05'].map((time): Case => ({
    title: `fails to read an event of time ${time}`,
    send: binary({ type: echo, attributes: { time } }),
    expect: unreadable(/time/),
  })),
  {
    title: 'fails to read a body in a content encoding',
    send: binary({ type: echo, body, headers: [['content-encoding', 'gzip']] }),
    expect: unreadable(/gzip/),
  },
  {
    title: 'identity is no content encoding',
    send: binary({ type: echo, body, headers: [['content-encoding', 'identity']] }),
    expect: gets('object', json),
  },
];

export const structuredMode: readonly Case[] = [
  {
    title: 'structured mode gives the handler the JSON data',
    send: structured('echo', { data: json }),
    expect: gets('object', json),
  },
  {
    title: 'structured mode takes parameters of its media type in any case',
    send: structured('echo', { data: json }, { contentType: 'Application/CloudEvents+JSON; Charset=UTF-8' }),
    expect: gets('object', json),
  },
  {
    title: 'structured mode wins over ce- headers',
    send: structured(
      'context',
      { subject: 'body' },
      {
        headers: [
          ['ce-subject', 'header'],
          ['ce-id', 'header'],
        ],
      },
    ),
    expect: seen({ subject: 'body' }),
  },
  {
    title: 'structured attributes and extensions reach the context',
    send: structured('context', { subject: 'sübject', tenant: 'blue', count: 42, urgent: true, nothing: null }),
    expect: seen({ subject: 'sübject', extensions: { tenant: 'blue', count: '42', urgent: 'true' } }),
  },
  {
    title: 'a structured string of a JSON media type is not parsed again',
    send: structured('echo', { datacontenttype: 'application/json', data: '{"a":1}' }),
    expect: gets('string', '{"a":1}'),
  },
  {
    title: 'structured text is a string',
    send: structured('echo', { datacontenttype: 'text/plain', data: 'grüß' }),
    expect: gets('string', 'grüß'),
  },
  {
    title: 'structured base64 is bytes',
    send: structured('echo', { datacontenttype: 'image/png', data_base64: 'AAH/' }),
    expect: gets('bytes', 'AAH/'),
  },
  {
    title: 'structured base64 of no media type is bytes',
    send: structured('echo', { data_base64: 'e30=' }),
    expect: gets('bytes', 'e30='),
  },
  {
    title: 'structured base64 of JSON is parsed',
    send: structured('echo', { datacontenttype: 'application/json', data_base64: 'eyJhIjoxfQ==' }),
    expect: gets('object', { a: 1 }),
  },
  {
    title: 'structured base64 of text is a string',
    send: structured('echo', { datacontenttype: 'text/plain', data_base64: 'Z3LDvMOf' }),
    expect: gets('string', 'grüß'),
  },
  {
    title: 'structured mode without data gives an empty object',
    send: structured('echo', {}),
    expect: gets('object', {}),
  },
  ...([0, false, '', [], null, {}] as const).map((data): Case => ({
    title: `structured data ${JSON.stringify(data)} arrives untouched`,
    send: structured('return', { data }),
    expect: returns(data),
  })),
  ...(['id', 'source', 'type', 'specversion'] as const).flatMap((name): Case[] => [
    {
      title: `fails to read a structured event without ${name}`,
      send: structured('echo', { [name]: undefined }),
      expect: unreadable(new RegExp(name)),
    },
    {
      title: `fails to read a structured event whose ${name} is a number`,
      send: structured('echo', { [name]: 1 }),
      expect: unreadable(new RegExp(name)),
    },
  ]),
  {
    title: 'fails to read a structured event of spec version 0.3',
    send: structured('echo', { specversion: '0.3' }),
    expect: unreadable(/specversion/),
  },
  {
    title: 'fails to read an extension that is an object',
    send: structured('echo', { tenant: { name: 'blue' } }),
    expect: unreadable(/tenant/),
  },
  {
    title: 'fails to read an extension that is a fraction',
    send: structured('echo', { ratio: 0.5 }),
    expect: unreadable(/ratio/),
  },
  {
    title: 'fails to read data and data_base64 at once',
    send: structured('echo', { data: 1, data_base64: 'MQ==' }),
    expect: unreadable(/data_base64/),
  },
  ...['not base64!', 'AAH', 42].map((data): Case => ({
    title: `fails to read data_base64 ${JSON.stringify(data)}`,
    send: structured('echo', { data_base64: data }),
    expect: unreadable(/data_base64/),
  })),
  ...(
    [
      ['broken JSON', '{"specversion":"1.0"'],
      ['nothing', ''],
      ['an array', '[]'],
      ['a string', '"event"'],
      ['null', 'null'],
    ] as const
  ).map(([what, text]): Case => ({
    title: `fails to read ${what} in structured mode`,
    send: wire({ headers: [['content-type', 'application/cloudevents+json']], body: text }),
    expect: unreadable(/JSON|object/i),
  })),
  ...['application/cloudevents+xml', 'application/cloudevents+avro', 'application/cloudevents'].map(
    (contentType): Case => ({
      title: `fails to read ${contentType}`,
      send: structured('echo', {}, { contentType }),
      expect: unreadable(/application\/cloudevents/),
    }),
  ),
];

export const directMode: readonly Case[] = [
  {
    title: 'a plain JSON POST is an event of its own type',
    send: wire({ headers: [['content-type', 'application/json']], body: '{"act":"context"}' }),
    expect: seen({ type: 'io.knative.lambda.invoke.direct', source: 'direct', specversion: '1.0' }, { log: {} }),
  },
  {
    title: 'a plain POST of JSON without a media type works',
    send: wire({ body }),
    expect: gets('object', json, { log: {} }),
  },
  {
    title: 'a plain POST of text gives a string',
    send: wire({ headers: [['content-type', 'text/plain']], body: 'hello' }),
    expect: gets('string', 'hello', { log: {} }),
  },
  {
    title: 'a plain POST of a form gives bytes',
    send: wire({ headers: [['content-type', 'application/x-www-form-urlencoded']], body: 'a=1' }),
    expect: gets('bytes', 'YT0x', { log: {} }),
  },
  {
    title: 'a plain POST of nothing gives an empty object',
    send: wire({}),
    expect: gets('object', {}, { log: {} }),
  },
  {
    title: 'a plain POST may bring extensions',
    send: wire({
      headers: [
        ['content-type', 'application/json'],
        ['ce-tenant', 'blue'],
      ],
      body: '{"act":"context"}',
    }),
    expect: seen({ extensions: { tenant: 'blue' } }, { log: {} }),
  },
  {
    title: 'fails to read a plain POST of broken JSON',
    send: wire({ headers: [['content-type', 'application/json']], body: '{' }),
    expect: unreadable(/JSON/),
  },
];

const success = 'knative_lambda_function_invocations_total{status="success"}';
const error = 'knative_lambda_function_invocations_total{status="error"}';

const replies = (...types: readonly string[]): unknown =>
  types.map((type) => expect.objectContaining({ specversion: '1.0', type: `io.knative.lambda.response.${type}` }));

export const batchMode: readonly Case[] = [
  {
    title: 'a batch is handled in order and answered as a batch',
    send: batch([
      { name: 'return', members: { data: 1 } },
      { name: 'return', members: { data: 'two' } },
      { name: 'nothing', members: {} },
    ]),
    expect: {
      status: 200,
      headers: { 'content-type': 'application/cloudevents-batch+json', 'ce-id': null },
      body: [1, 'two', null].map((value) =>
        expect.objectContaining({
          type: 'io.knative.lambda.response.success',
          datacontenttype: 'application/json',
          hopcount: 1,
          data: expect.objectContaining({ result: { statusCode: 200, body: value } }),
        }),
      ),
      metrics: { [success]: 3 },
    },
  },
  {
    title: 'an empty batch is answered by an empty batch',
    send: batch([]),
    expect: { status: 200, body: [], metrics: { [success]: 0, [error]: 0 } },
  },
  {
    title: 'fails a batch whose second event fails, after running the third',
    send: batch([
      { name: 'return', members: { data: 1 } },
      { name: 'raise', members: { data: { name: 'OrderError', message: 'no' } } },
      { name: 'return', members: { data: 3 } },
    ]),
    expect: { status: 500, body: replies('success', 'error', 'success'), metrics: { [success]: 2, [error]: 1 } },
  },
  {
    title: 'a batch carries events that the handler returns',
    send: batch([
      {
        name: 'return',
        members: { data: { specversion: '1.0', type: 'own', datacontenttype: 'text/plain', data: 'x' } },
      },
    ]),
    expect: {
      status: 200,
      body: [expect.objectContaining({ type: 'own', datacontenttype: 'text/plain', data: 'x', hopcount: 1 })],
      metrics: { [success]: 1 },
    },
  },
  {
    title: 'fails a whole batch with an unreadable event before a handler runs',
    send: batch([
      { name: 'return', members: { data: 1 } },
      { name: 'return', members: { specversion: '0.3' } },
    ]),
    expect: unreadable(/specversion/),
  },
  ...(
    [
      ['an object', '{}'],
      ['broken JSON', '[{'],
      ['an array of numbers', '[1]'],
    ] as const
  ).map(([what, text]): Case => ({
    title: `fails to read ${what} as a batch`,
    send: wire({ headers: [['content-type', 'application/cloudevents-batch+json']], body: text }),
    expect: unreadable(/JSON|array|object/i),
  })),
];
