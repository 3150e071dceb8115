import { describe, expect, test } from '@jest/globals';
import { CloudEvent, HTTP } from 'cloudevents';
import { decode, type HttpMessage } from './decode.ts';
import { maxJsonDepth } from './json-text.ts';
import { Refusal } from './refusal.ts';

const limits = { batchSize: 3 };
const attributes = { specversion: '1.0', id: '1', source: '/s', type: 'a.b' };
const structuredHeaders = { 'content-type': 'application/cloudevents+json' };
const batchHeaders = { 'content-type': 'application/cloudevents-batch+json; charset=UTF-8' };
const binaryHeaders = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/s', 'ce-type': 'a.b' };

const message = (headers: HttpMessage['headers'], body: unknown = ''): HttpMessage => ({
  headers,
  body: Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});

const one = (given: HttpMessage) => {
  const decoded = decode(given, limits);
  if (decoded.kind !== 'one') throw new Error('got a batch');
  return decoded.event;
};

function refusalOf(given: HttpMessage): Refusal {
  try {
    decode(given, limits);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('got an event, expected a refusal');
}

/** Brackets in a string are no levels. */
const nested = (levels: number) => `${'['.repeat(levels)}"[[\\"[["${']'.repeat(levels)}`;

describe('a request', () => {
  const sent = new CloudEvent({
    id: 'e-1',
    source: '/tests',
    type: 'io.knative.lambda.command.build.start',
    subject: 'hello',
    time: '2026-01-02T03:04:05.000Z',
    datacontenttype: 'application/json',
    correlationid: 'c-1',
    data: { name: 'hello' },
  });

  test.each(['binary', 'structured'] as const)('is read in the %s mode of the SDK', (mode) => {
    const { headers, body } = HTTP[mode](sent);
    expect(one(message(headers, String(body)))).toEqual({
      id: 'e-1',
      source: '/tests',
      type: 'io.knative.lambda.command.build.start',
      subject: 'hello',
      time: '2026-01-02T03:04:05.000Z',
      dataContentType: expect.stringContaining('application/json'),
      dataSchema: undefined,
      extensions: { correlationid: 'c-1' },
      data: { kind: 'json', value: { name: 'hello' } },
    });
  });

  test('is read as a batch, in order, and as an empty one', () => {
    const decoded = decode(message(batchHeaders, [attributes, { ...attributes, id: '2' }]), limits);
    expect(decoded.kind === 'batch' && decoded.events.map(({ id }) => id)).toEqual(['1', '2']);
    expect(decode(message(batchHeaders, []), limits)).toEqual({ kind: 'batch', events: [] });
  });

  test('says what is not ASCII by percent signs', () => {
    expect(one(message({ ...binaryHeaders, 'ce-subject': 'Euro%20%E2%82%AC 100%' })).subject).toBe('Euro € 100%');
  });

  test('carries bytes of a type that is no JSON, and JSON in base64', () => {
    const bytes = Buffer.from([0xff, 0x00]);
    expect(one(message({ ...binaryHeaders, 'content-type': 'image/png' }, bytes)).data).toEqual({
      kind: 'bytes',
      bytes,
    });
    const encoded = {
      ...attributes,
      datacontenttype: 'text/x+json',
      data_base64: Buffer.from('[1]').toString('base64'),
    };
    expect(one(message(structuredHeaders, encoded)).data).toEqual({ kind: 'json', value: [1] });
  });

  test('carries nothing where there is no body', () => {
    expect(one(message({ ...binaryHeaders, 'content-type': 'application/json' })).data).toEqual({ kind: 'none' });
    expect(one(message(structuredHeaders, attributes)).data).toEqual({ kind: 'none' });
  });

  test('is nested as deeply as allowed', () => {
    const headers = { ...binaryHeaders, 'content-type': 'application/json' };
    expect(one(message(headers, nested(maxJsonDepth))).data.kind).toBe('json');
    expect(refusalOf(message(headers, nested(maxJsonDepth + 1))).message).toContain('nested too deeply');
  });
});

describe('a request that is no event', () => {
  test.each([
    ['without attributes', message({ 'content-type': 'application/json' }, {}), 400, ''],
    ['without anything', message({}), 400, ''],
    ['of another media type', message({ 'content-type': 'text/plain' }, 'x'), 415, undefined],
    ['of no media type', message({ ...binaryHeaders, 'content-type': 'json' }), 415, undefined],
    ['in XML', message({ 'content-type': 'application/cloudevents+xml' }, '<x/>'), 415, undefined],
    ['in a batch of XML', message({ 'content-type': 'application/cloudevents-batch+xml' }, '<x/>'), 415, undefined],
    [
      'in another charset',
      message({ 'content-type': 'application/cloudevents+json; charset="utf-16"' }),
      415,
      undefined,
    ],
    ['compressed', message({ ...structuredHeaders, 'content-encoding': 'gzip' }, attributes), 415, undefined],
    ['of no JSON', message(structuredHeaders, '{'), 400, ''],
    ['of no UTF-8', message(structuredHeaders, Buffer.from([0x22, 0xff, 0x22])), 400, ''],
    ['of a list', message(structuredHeaders, [attributes]), 400, ''],
    ['of null', message(structuredHeaders, 'null'), 400, ''],
    ['of data twice', message(structuredHeaders, { ...attributes, data: 1, data_base64: '' }), 400, '/data_base64'],
    ['of data in no base64', message(structuredHeaders, { ...attributes, data_base64: 'a=b' }), 400, '/data_base64'],
    ['of an old version', message(structuredHeaders, { ...attributes, specversion: '0.3' }), 400, '/specversion'],
    ['without an id', message(structuredHeaders, { ...attributes, id: undefined }), 400, '/id'],
    ['of an empty id', message(structuredHeaders, { ...attributes, id: '' }), 400, '/id'],
    ['of a number as id', message(structuredHeaders, { ...attributes, id: 1 }), 400, '/id'],
    ['of a long source', message(structuredHeaders, { ...attributes, source: 'x'.repeat(1025) }), 400, '/source'],
    ['of a control in its type', message(structuredHeaders, { ...attributes, type: 'a\u0000b' }), 400, '/type'],
    [
      'of half a character',
      message(structuredHeaders, `{"specversion":"1.0","id":"\\ud800","source":"s","type":"t"}`),
      400,
      '/id',
    ],
    ['of a day that is not', message(structuredHeaders, { ...attributes, time: '2026-04-31T00:00:00Z' }), 400, '/time'],
    [
      'of a time without zone',
      message(structuredHeaders, { ...attributes, time: '2026-04-30T00:00:00' }),
      400,
      '/time',
    ],
    ['of an extension in capitals', message(structuredHeaders, { ...attributes, traceId: '1' }), 400, '/traceId'],
    ['of an extension that is an object', message(structuredHeaders, { ...attributes, trace: {} }), 400, '/trace'],
    ['of an attribute twice', message({ ...binaryHeaders, 'ce-id': ['1', '2'] }), 400, '/id'],
    ['of a content type twice', message({ ...binaryHeaders, 'content-type': ['a/b', 'a/c'] }), 400, '/content-type'],
    [
      'of its content type in a ce- header',
      message({ ...binaryHeaders, 'ce-datacontenttype': 'a/b' }),
      400,
      '/datacontenttype',
    ],
    ['of no UTF-8 in a header', message({ ...binaryHeaders, 'ce-subject': '%ff' }), 400, '/subject'],
    ['of a batch that is none', message(batchHeaders, attributes), 400, ''],
    ['of a batch with one that is none', message(batchHeaders, [attributes, { ...attributes, id: '' }]), 400, '/1/id'],
    ['of a batch with a list in it', message(batchHeaders, [[]]), 400, '/0'],
  ])('fails %s', (_title, given, status, pointer) => {
    const refusal = refusalOf(given);
    expect([refusal.status, refusal.faults[0]?.pointer]).toEqual([status, pointer]);
  });

  test('fails as a batch above the limit', () => {
    const refusal = refusalOf(
      message(
        batchHeaders,
        Array.from({ length: 4 }, () => attributes),
      ),
    );
    expect([refusal.status, refusal.message]).toEqual([413, 'a batch of 4 events, allowed 3; send several']);
  });

  test('fails with all that is wrong, and without what was sent', () => {
    const { faults, message: text } = refusalOf(
      message(structuredHeaders, { specversion: 'hunter2', id: '', source: 4, time: 'hunter2' }),
    );
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/specversion', '/id', '/source', '/type', '/time']);
    expect(JSON.stringify([faults, text])).not.toContain('hunter2');
  });
});
