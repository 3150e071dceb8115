import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { CloudEvent, HTTP } from 'cloudevents';
import { brokerPath } from './broker-path.ts';
import { maxJsonDepth } from './json-text.ts';
import { MemoryReceiver, memoryLimits } from './memory-receiver.ts';
import { exchange, send } from './raw-request.ts';

const receiver = new MemoryReceiver();
let port = 0;
beforeAll(async () => {
  port = await receiver.listen();
});
afterAll(() => receiver.server.close());
beforeEach(() => receiver.reset());
// whatever comes, nothing is a bug and the next request is answered
afterEach(async () => {
  const { status } = await send(port, ['GET', '/health'], []);
  const [fault] = receiver.faults;
  if (fault !== undefined || status !== 200) throw new Error(`/health answers ${status}`, { cause: fault });
});

const bearer = 'authorization: Bearer good';

/** An attribute that is `undefined` is not sent. */
type Attributes = Readonly<Record<string, unknown>>;

const attributes: Attributes = { specversion: '1.0', id: 'e-1', source: '/s', type: 'com.example.thing', subject: 'a' };

const modes = {
  binary: async (event: Attributes, data: string): Promise<number> => {
    const headers = Object.entries(event)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `ce-${name}: ${encodeURIComponent(String(value))}`);
    return (await send(port, ['POST', '/'], [bearer, 'content-type: application/json', ...headers], data)).status;
  },
  structured: async (event: Attributes, data: string): Promise<number> => {
    const text = JSON.stringify({ ...event, datacontenttype: 'application/json', data: 0 }).replace(/0}$/, `${data}}`);
    const headers = [bearer, 'content-type: application/cloudevents+json'];
    return (await send(port, ['POST', '/events'], headers, text)).status;
  },
  batched: async (event: Attributes, data: string): Promise<number> => {
    const text = JSON.stringify({ ...event, datacontenttype: 'application/json', data: 0 }).replace(/0}$/, `${data}}`);
    const headers = [bearer, 'content-type: application/cloudevents-batch+json; charset=utf-8'];
    return (await send(port, ['POST', '/'], headers, `[${text}]`)).status;
  },
} as const;
const modeNames = ['binary', 'structured', 'batched'] as const;

const long = 'x'.repeat(5000);
const good: readonly (readonly [string, Attributes, string])[] = [
  ['all that is needed and no more', { subject: undefined }, '{}'],
  ['a subject in another script', { subject: 'функция/日本語' }, '{}'],
  ['an id with spaces and signs', { id: 'a b%c"d\\e' }, '{}'],
  ['an id outside of the first plane', { id: '𝒳🎉' }, '{}'],
  ['a source that is a URN', { source: 'urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66' }, '{}'],
  ['a source that is a mail address', { source: 'mailto:cncf-wg-serverless@lists.cncf.io' }, '{}'],
  ['a time in UTC', { time: '2026-01-01T12:00:00Z' }, '{}'],
  ['a time with fractions and an offset', { time: '2026-01-01T12:00:00.123456789+05:30' }, '{}'],
  ['a schema', { dataschema: 'https://example.com/schema' }, '{}'],
  ['extensions', { correlationid: 'c', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }, '{}'],
  ['an extension that is a number in text', { sequence: '7' }, '{}'],
  ['data that are text', {}, '"text"'],
  ['data that are null', {}, 'null'],
  ['data that are a list', {}, '[1,2,3]'],
  ['data with a member twice', {}, '{"a":1,"a":2}'],
  ['data with __proto__', {}, '{"__proto__":{"admin":true}}'],
  ['data as deep as is allowed', {}, `${'['.repeat(maxJsonDepth - 4)}${']'.repeat(maxJsonDepth - 4)}`],
  ['data with brackets in text', {}, `"${'['.repeat(200)}"`],
  ['data with large numbers', {}, '[1e400,-1e400,9007199254740993]'],
  ['data with escapes', {}, String.raw`"\u0000\ud83c\udf89\\"`],
];

const bad: readonly (readonly [string, Attributes, string])[] = [
  ['without specversion', { specversion: undefined }, '{}'],
  ['of version 0.3', { specversion: '0.3' }, '{}'],
  ['of version 1.1', { specversion: '1.1' }, '{}'],
  ['of version 1', { specversion: '1' }, '{}'],
  ['without id', { id: undefined }, '{}'],
  ['with an empty id', { id: '' }, '{}'],
  ['without source', { source: undefined }, '{}'],
  ['with an empty source', { source: '' }, '{}'],
  ['with a source that is no reference', { source: 'a b' }, '{}'],
  ['without type', { type: undefined }, '{}'],
  ['with an empty type', { type: '' }, '{}'],
  ['with an empty subject', { subject: '' }, '{}'],
  ['with a time that is none', { time: 'yesterday' }, '{}'],
  ['with a day that is none', { time: '2026-02-30T00:00:00Z' }, '{}'],
  ['with a time without an offset', { time: '2026-01-01T12:00:00' }, '{}'],
  ['with a schema that is no address', { dataschema: 'no address' }, '{}'],
  ['with a name with an underscore', { my_extension: 'a' }, '{}'],
  ['with a name with a hyphen', { 'my-extension': 'a' }, '{}'],
  ['with data that are cut', {}, '{"a":'],
  ['with data that are no JSON', {}, '{a:1}'],
  ['with data with a comma too many', {}, '[1,]'],
  ['with data with a comment', {}, '{/* */}'],
  ['with data that are deeper than allowed', {}, `${'['.repeat(maxJsonDepth + 1)}${']'.repeat(maxJsonDepth + 1)}`],
  ['with data that are very deep', {}, '['.repeat(60_000)],
];

describe.each(modeNames)('an event in %s mode', (mode) => {
  test.each(good)('is taken with %s', async (_title, changes, data) => {
    expect(await modes[mode]({ ...attributes, ...changes }, data)).toBe(202);
  });

  test.each(bad)('fails %s', async (_title, changes, data) => {
    expect(await modes[mode]({ ...attributes, ...changes }, data)).toBe(400);
  });

  test('fails above the limit', async () => {
    expect(await modes[mode](attributes, `"${'x'.repeat(memoryLimits.bodyBytes)}"`)).toBe(413);
  });
});

describe('an event of the SDK', () => {
  const event = new CloudEvent({
    id: 'e-1',
    source: '/sdk',
    type: 'com.example.thing',
    data: { a: 'ü' },
    subject: 's',
  });

  test.each([
    ['binary', HTTP.binary(event)],
    ['structured', HTTP.structured(event)],
  ])('is taken in %s mode', async (_mode, { body, headers }) => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
    expect((await send(port, ['POST', '/'], [bearer, ...lines], String(body))).status).toBe(202);
  });
});

/** Lacks its last brace. */
const text = JSON.stringify(attributes).slice(0, -1);
async function postStructured(body: string | Buffer, contentType = 'application/cloudevents+json'): Promise<number> {
  const head = `POST / HTTP/1.1\r\nhost: test\r\nconnection: close\r\n${bearer}\r\ncontent-type: ${contentType}`;
  const length = `content-length: ${Buffer.byteLength(body)}`;
  const answer = await exchange(port, Buffer.concat([Buffer.from(`${head}\r\n${length}\r\n\r\n`), Buffer.from(body)]));
  return Number(answer.slice(9, 12));
}

describe('a structured event', () => {
  test.each([
    ['no object', '1'],
    ['a list', '[]'],
    ['null', 'null'],
    ['nothing', ''],
    ['an id that is a number', `${text},"id":1}`],
    ['a type that is a list', `${text},"type":["a"]}`],
    ['a source that is null', `${text},"source":null}`],
    ['an extension that is an object', `${text},"extension":{}}`],
    ['data twice, in two forms', `${text},"data":1,"data_base64":"AA=="}`],
    ['base64 that is none', `${text},"data_base64":"*"}`],
    ['base64 that is cut', `${text},"data_base64":"AAA"}`],
    ['base64 that is no text', `${text},"data_base64":{}}`],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    [
      'half of a pair in UTF-8',
      Buffer.concat([Buffer.from(`${text},"a":"`), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
    ],
    ['UTF-16', Buffer.from(`${text}}`, 'utf16le')],
    ['something behind it', `${text}}{}`],
  ])('fails as %s', async (_title, body) => {
    expect(await postStructured(body)).toBe(400);
  });

  test.each([
    ['another format', 'application/cloudevents+avro'],
    ['no format', 'application/cloudevents'],
    ['another batch', 'application/cloudevents-batch+protobuf'],
    ['another charset', 'application/cloudevents+json; charset=latin1'],
    ['no media type', 'json'],
    ['two media types', 'application/json, text/plain'],
  ])('fails with %s as content type', async (_title, contentType) => {
    expect([400, 415]).toContain(await postStructured(`${text}}`, contentType));
  });

  test.each(['application/CloudEvents+JSON', 'application/cloudevents+json;charset="UTF-8"'])(
    'is taken with the content type %s',
    async (contentType) => {
      expect(await postStructured(`${text}}`, contentType)).toBe(202);
    },
  );

  test('is taken with a mark of byte order before it', async () => {
    expect(await postStructured(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(`${text}}`)]))).toBe(202);
  });
});

const item = { ...attributes, data: 1 };

async function postBatch(items: unknown): Promise<number> {
  const headers = [bearer, 'content-type: application/cloudevents-batch+json'];
  return (await send(port, ['POST', '/'], headers, JSON.stringify(items))).status;
}

describe('a batch', () => {
  test.each([
    ['none', [], 202],
    ['one', [item], 202],
    ['as many as are allowed', Array.from({ length: 100 }, (_, index) => ({ ...item, id: String(index) })), 202],
    ['one more', Array.from({ length: 101 }, (_, index) => ({ ...item, id: String(index) })), 413],
    ['one that is none', [item, {}], 400],
    ['a batch in a batch', [[item]], 400],
    ['no list', item, 400],
  ])('of %s is answered as it should', async (_title, items, status) => {
    expect(await postBatch(items)).toBe(status);
  });
});

const event = ['ce-specversion: 1.0', 'ce-id: 1', 'ce-source: /s', 'ce-type: t', 'content-type: application/json'];
const head = ['POST / HTTP/1.1', 'host: test', 'connection: close', bearer, ...event].join('\r\n');

describe('the bytes of a request', () => {
  test.each([
    ['chunks', `${head}\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`],
    ['chunks with extensions', `${head}\r\ntransfer-encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\n\r\n`],
    ['names in capitals', `${head.replace('ce-id', 'CE-ID')}\r\ncontent-length: 2\r\n\r\n{}`],
    ['a query', `${head.replace('POST /', 'POST /?a=b')}\r\ncontent-length: 2\r\n\r\n{}`],
  ])('are taken with %s', async (_title, bytes) => {
    await expect(exchange(port, bytes)).resolves.toMatch(/^HTTP\/1\.1 202 /);
  });

  test.each([
    ['two lengths', `${head}\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}`],
    ['two equal lengths', `${head}\r\ncontent-length: 2, 2\r\n\r\n{}`],
    ['a length and chunks', `${head}\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`],
    ['chunks behind another coding', `${head}\r\ntransfer-encoding: chunked, identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n`],
    ['a coding with a tab', `${head}\r\ntransfer-encoding:\tchunke\r\n\r\n2\r\n{}\r\n0\r\n\r\n`],
    ['a chunk of no size', `${head}\r\ntransfer-encoding: chunked\r\n\r\nz\r\n{}\r\n0\r\n\r\n`],
    ['a chunk larger than any', `${head}\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n`],
    ['a length with a sign', `${head}\r\ncontent-length: +2\r\n\r\n{}`],
    ['a length in hexadecimal', `${head}\r\ncontent-length: 0x2\r\n\r\n{}`],
    ['a space before the colon', `${head}\r\ncontent-length : 2\r\n\r\n{}`],
    ['a folded header', `${head}\r\nx: a\r\n b\r\ncontent-length: 2\r\n\r\n{}`],
    ['a header without a name', `${head}\r\n: a\r\ncontent-length: 2\r\n\r\n{}`],
    ['a null in a header', `${head}\r\nx: a\u0000b\r\ncontent-length: 2\r\n\r\n{}`],
    ['a bare carriage return', `${head}\r\nx: a\rb: c\r\ncontent-length: 2\r\n\r\n{}`],
    ['another protocol', head.replace('HTTP/1.1', 'HTTP/9.9')],
    ['no protocol', 'hello\r\n\r\n'],
    ['no host', head.replace('host: test\r\n', '').concat('\r\ncontent-length: 2\r\n\r\n{}')],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a handshake of TLS', Buffer.from('16030100a5010000a10303', 'hex')],
  ])('fail with %s', async (_title, bytes) => {
    await expect(exchange(port, bytes)).resolves.toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(receiver.functions.functions.size).toBe(0);
  });

  test.each([
    ['an attribute twice', [bearer, ...event, 'ce-id: 2'], 400],
    ['a type twice', [bearer, ...event, 'ce-type: t'], 400],
    ['a content type twice', [bearer, ...event, 'content-type: application/json'], 400],
    ['a token twice', [bearer, bearer, ...event], 401],
    ['a broken percent sequence of UTF-8', [bearer, ...event, 'ce-subject: %ff%fe'], 400],
    ['a coding of its content', [bearer, ...event, 'content-encoding: br'], 415],
    ['the attribute of a content type', [bearer, ...event, 'ce-datacontenttype: text/plain'], 400],
    ['headers above the limit', [bearer, ...event, `x: ${long}`, `y: ${long}`], 431],
    [
      'many headers above the limit',
      [bearer, ...event, ...Array.from({ length: 900 }, (_, i) => `x-${i}: value`)],
      431,
    ],
  ])('fail with %s', async (_title, headers, status) => {
    expect((await send(port, ['POST', '/'], headers, '{}')).status).toBe(status);
  });
});

describe('a sender', () => {
  test.each([
    ['nothing', []],
    ['an empty token', ['authorization: Bearer ']],
    ['a token of another scheme', ['authorization: Basic Z29vZA==']],
    ['a token with a space', ['authorization: Bearer go od']],
    ['a token that is very long', [`authorization: Bearer ${'a'.repeat(7000)}`]],
    ['a signature of no form', ['x-lambda-signature: yes']],
    ['a signature of a known form', [`x-lambda-signature: t=1767268800,k=a,v1=${'0'.repeat(64)}`]],
    ['the word of the mesh', ['l5d-client-id: deployer.ci.serviceaccount.identity.linkerd.cluster.local']],
    ['the address of a trusted host', ['x-forwarded-for: 127.0.0.1']],
  ])('fails with %s', async (_title, headers) => {
    const answer = await send(port, ['POST', '/'], [...headers, ...event], '{}');
    expect([answer.status, answer.head.includes('www-authenticate: bearer')]).toEqual([401, true]);
  });
});

describe('a path', () => {
  test.each([
    ['GET', '/', 405],
    ['PUT', '/events', 405],
    ['PATCH', '/', 405],
    ['DELETE', '/', 405],
    ['OPTIONS', '/', 405],
    ['GET', '/dlq', 405],
    ['GET', '/broker/team/secret', 405],
    ['POST', '/broker/team', 404],
    ['POST', '/broker//x', 503],
    ['POST', '/broker/team/x/y', 404],
    ['POST', '/events/', 404],
    ['POST', '//', 404],
    ['POST', '/EVENTS', 404],
    ['POST', '/..%2f', 404],
    ['POST', '/%2e%2e/events', 404],
    ['POST', '/events;a=b', 404],
    ['POST', '/health', 404],
    ['POST', '/metrics', 404],
    ['GET', '/admin', 404],
    ['GET', '/__proto__', 404],
    ['POST', `/${'a'.repeat(4000)}`, 404],
  ])('%s %.40s is answered as it should', async (method, path, status) => {
    expect((await send(port, [method, path], [bearer, ...event], '{}')).status).toBe(status);
  });

  test.each(['x', 'A'.repeat(43), '..', '%00', '*'])(
    'of a Broker with the secret %.10s has it come again',
    async (secret) => {
      expect((await send(port, ['POST', `/broker/team/${secret}`], event, '{}')).status).toBe(503);
      expect(receiver.letters).toEqual([]);
    },
  );

  test.each(bad.slice(0, 17))('of a Broker keeps an event %s', async (_title, changes) => {
    const headers = Object.entries({ ...attributes, ...changes })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `ce-${name}: ${encodeURIComponent(String(value))}`);
    const lines = ['content-type: application/json', ...headers];
    expect((await send(port, ['POST', brokerPath('key', 'team')], lines, '{}')).status).toBe(400);
    expect(receiver.letters).toMatchObject([{ namespace: 'team', reason: 'invalid_cloudevent' }]);
  });
});

test.each([
  ['head', head],
  ['body', `${head}\r\ncontent-length: 10\r\n\r\n{`],
])('a request whose %s never ends is ended, and holds nobody up', async (_title, bytes) => {
  const impatient = new MemoryReceiver({ ...memoryLimits, requestMs: 200, concurrency: 1 });
  const at = await impatient.listen();
  try {
    const slow = exchange(at, bytes);
    expect((await send(at, ['POST', '/'], [bearer, ...event], '{}')).status).toBe(202);
    await expect(slow).resolves.toMatch(/^HTTP\/1\.1 408 /);
  } finally {
    await impatient.server.close();
  }
});
