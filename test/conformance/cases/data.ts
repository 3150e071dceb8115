import { type Case, gets, refuses, returns } from '../expectation.ts';
import { act, binary, typeOf } from '../request.ts';

const echo = typeOf('echo');
const deep = 100_000;

const unreadable = refuses('UnreadableEvent');

export const data: readonly Case[] = [
  ...['0', 'false', '""', '[]', 'null', '{}', '1.5', '-7', 'true', '"text"', '[1,[2],{"a":null}]'].map(
    (text): Case => ({
      title: `JSON data ${text} arrives untouched and returns so`,
      send: binary({ type: typeOf('return'), body: text }),
      expect: returns(JSON.parse(text)),
    }),
  ),
  ...[
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'text/json',
    'application/vnd.api+json',
    'application/problem+json',
  ].map((contentType): Case => ({
    title: `${contentType} is JSON`,
    send: binary({ type: echo, contentType, body: '{"a":1}' }),
    expect: gets('object', { a: 1 }),
  })),
  {
    title: 'data without a media type is JSON',
    send: binary({ type: echo, contentType: null, body: '[1]' }),
    expect: gets('array', [1]),
  },
  {
    title: 'an empty body of JSON is an empty object',
    send: binary({ type: echo }),
    expect: gets('object', {}),
  },
  {
    title: 'an empty body without a media type is an empty object',
    send: binary({ type: echo, contentType: null }),
    expect: gets('object', {}),
  },
  {
    title: 'an empty body of text is an empty string',
    send: binary({ type: echo, contentType: 'text/plain' }),
    expect: gets('string', ''),
  },
  {
    title: 'an empty body of another media type is no bytes',
    send: binary({ type: echo, contentType: 'application/octet-stream' }),
    expect: gets('bytes', ''),
  },
  ...['text/plain', 'text/html; charset=utf-8', 'text/csv; charset="UTF-8"', 'text/plain;charset=us-ascii'].map(
    (contentType): Case => ({
      title: `${contentType} is a string`,
      send: binary({ type: echo, contentType, body: 'hello' }),
      expect: gets('string', 'hello'),
    }),
  ),
  {
    title: 'text of another charset is bytes',
    send: binary({ type: echo, contentType: 'text/plain; charset=iso-8859-1', body: Buffer.from([0x67, 0xfc]) }),
    expect: gets('bytes', 'Z/w='),
  },
  ...['application/octet-stream', 'image/png', 'application/xml', 'application/x-protobuf', 'nonsense'].map(
    (contentType): Case => ({
      title: `${contentType} is bytes`,
      send: binary({ type: echo, contentType, body: Buffer.from([0, 1, 255, 128]) }),
      expect: gets('bytes', 'AAH/gA=='),
    }),
  ),
  {
    title: 'unicode of every plane arrives and returns',
    send: act('echo', { text: 'grüß 漢字 🎉 \u0000 \u2028' }),
    expect: gets('object', { text: 'grüß 漢字 🎉 \u0000 \u2028' }),
  },
  {
    title: 'escaped unicode arrives decoded',
    send: binary({ type: echo, body: '"\\u00fc\\ud83c\\udf89"' }),
    expect: gets('string', 'ü🎉'),
  },
  {
    title: 'the last of two equal keys counts',
    send: binary({ type: echo, body: '{"a":1,"a":2}' }),
    expect: gets('object', { a: 2 }),
  },
  {
    title: 'a body of 9 MiB arrives whole',
    send: binary({
      type: typeOf('size'),
      contentType: 'application/octet-stream',
      body: new Uint8Array(9 * 1024 * 1024),
    }),
    expect: returns(9 * 1024 * 1024),
  },
  {
    title: 'fails on a body above 10 MiB',
    send: binary({
      type: typeOf('size'),
      contentType: 'application/octet-stream',
      body: new Uint8Array(10 * 1024 * 1024 + 1),
    }),
    expect: refuses('BodyTooLarge', { headers: { connection: 'close', 'kne-errorcode': 'BodyTooLarge' } }),
  },
  {
    title: 'data nested very deep harms nobody',
    send: binary({ type: typeOf('nothing'), body: `${'['.repeat(deep)}${']'.repeat(deep)}` }),
    expect: { status: [200, 500] },
  },
  ...(
    [
      ['broken JSON', '{"a":'],
      ['JSON with a trailing comma', '[1,]'],
      ['JSON with something after it', '{} {}'],
      ['NaN', 'NaN'],
      ['Infinity', '[-Infinity]'],
      ['text that is not JSON', 'hello'],
      ['a single quote', "{'a':1}"],
    ] as const
  ).map(([what, text]): Case => ({
    title: `fails to read ${what}`,
    send: binary({ type: echo, body: text }),
    expect: unreadable,
  })),
  ...(
    [
      ['JSON that is not UTF-8', 'application/json', [0x22, 0xff, 0x22]],
      ['JSON with a byte order mark', 'application/json', [0xef, 0xbb, 0xbf, 0x7b, 0x7d]],
      ['JSON in UTF-16', 'application/json', [0x7b, 0x00, 0x7d, 0x00]],
      ['text that is not UTF-8', 'text/plain', [0x67, 0xfc]],
    ] as const
  ).map(([what, contentType, bytes]): Case => ({
    title: `fails to read ${what}`,
    send: binary({ type: echo, contentType, body: Buffer.from(bytes) }),
    expect: unreadable,
  })),
];
