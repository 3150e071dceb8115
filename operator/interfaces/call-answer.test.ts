import { expect, test } from '@jest/globals';
import { assert, boolean, constantFrom, integer, json, oneof, property, uint8Array } from 'fast-check';
import { eventTypes } from '../api/index.ts';
import { readAnswer } from './call-answer.ts';

const answer = (type: string, body: string | Buffer, more: object = {}) => ({
  status: 200,
  headers: { 'content-type': type, ...more },
  body: Buffer.from(body),
});
const envelope = { 'ce-type': eventTypes.responseSuccess };
const answered = (content: object) => ({ kind: 'answered', content });

test.each([
  ['an empty body', answer('application/json', ''), { kind: 'none' }],
  ['JSON', answer('application/json; charset=utf-8', '{"a":1}'), { kind: 'json', value: { a: 1 } }],
  ['a JSON text', answer('application/json', '"hi"'), { kind: 'text', text: 'hi' }],
  ['JSON that is none', answer('application/json', '{'), { kind: 'text', text: '{' }],
  ['text', answer('text/plain', 'hi'), { kind: 'text', text: 'hi' }],
  ['a picture', answer('image/png', 'x'), { kind: 'bytes', base64: 'eA==', mediaType: 'image/png' }],
  ['data of an event', answer('application/cloudevents+json', '{"data":{"a":1}}'), { kind: 'json', value: { a: 1 } }],
  [
    'bytes of an event',
    answer('application/cloudevents+json', '{"data_base64":"eA==","datacontenttype":"image/png"}'),
    { kind: 'bytes', base64: 'eA==', mediaType: 'image/png' },
  ],
  ['an event without data', answer('application/cloudevents+json', '{"id":"1"}'), { kind: 'none' }],
  ['an event that is none', answer('application/cloudevents+json', '[]'), { kind: 'none' }],
  ['a result', answer('application/json', '{"result":{"body":[1]}}', envelope), { kind: 'json', value: [1] }],
  ['no result', answer('application/json', '{"result":{"body":null}}', envelope), { kind: 'none' }],
  [
    'a result in bytes',
    answer('application/json', '{"result":{"bodyBase64":"eA=="}}', envelope),
    { kind: 'bytes', base64: 'eA==', mediaType: 'application/octet-stream' },
  ],
])('%s is what a target says', (_, given, content) => {
  expect(readAnswer(given)).toEqual(answered(content));
});

test.each([
  ['{"error":{"code":"ValueError","message":"no"}}', 'ValueError: no'],
  ['{"error":"no"}', 'it answers with status 500'],
  ['<html>stack</html>', 'it answers with status 500'],
])('fails with no more than the error of a function: %s', (body, message) => {
  expect(readAnswer({ ...answer('application/json', body), status: 500 })).toEqual({ kind: 'failed', message });
});

test('takes whatever bytes a target answers', () => {
  const type = constantFrom('application/json', 'application/cloudevents+json', 'text/plain', '', ';');
  const body = oneof(
    uint8Array(),
    json().map((text) => new TextEncoder().encode(text)),
  );
  assert(
    property(type, body, boolean(), integer({ min: 200, max: 599 }), (given, bytes, isEnvelope, status) => {
      const read = readAnswer({ ...answer(given, Buffer.from(bytes), isEnvelope ? envelope : {}), status });
      expect(read.kind).toBe(status < 300 ? 'answered' : 'failed');
    }),
  );
});
