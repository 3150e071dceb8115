import { expect, test } from '@jest/globals';
import { anything, assert, dictionary, oneof, property, string, uint8Array } from 'fast-check';
import { toEntry } from './letter-entry.ts';
import { type AmqpMessage, toLetter } from './amqp-letter.ts';

const now = new Date('2026-01-01T12:00:00Z');
const death = {
  queue: 'builds',
  reason: 'delivery_limit',
  count: 1,
  exchange: '',
  'routing-keys': ['builds'],
  time: { '!': 'timestamp', value: Date.parse('2026-01-01T11:00:00Z') / 1000 },
};
const headers = {
  'ce-specversion': '1.0',
  'ce-id': 'e-1',
  'ce-source': '/s',
  'ce-type': 't',
  'ce-subject': 'team/hello',
  'ce-note': 'ü 100%',
  'x-death': [death],
  'x-delivery-count': 5,
};
const message: AmqpMessage = { content: Buffer.from('{"a":12345678901234567890}'), contentType: 'text/plain', headers };

test('a message of the RabbitMQ Broker is a letter with its event, where it was and how often', () => {
  expect(toLetter(message, now)).toMatchObject({
    namespace: 'team',
    reason: 'delivery_limit',
    message: 'builds: delivery_limit',
    refusedAt: '2026-01-01T11:00:00.000Z',
    attempts: 6,
    deaths: [{ queue: 'builds', reason: 'delivery_limit', count: 1, time: '2026-01-01T11:00:00.000Z' }],
    original: {
      kind: 'event',
      event: {
        id: 'e-1',
        subject: 'team/hello',
        extensions: { note: 'ü 100%' },
        data: { kind: 'bytes', bytes: message.content },
      },
    },
  });
});

test('a message that comes again is the same letter', () => {
  const [one, other] = [toLetter(message, now), toLetter(message, new Date())].map((letter) => toEntry(letter, 0));
  expect(one).toEqual(other);
});

test.each([
  ['structured', { headers: {}, contentType: 'application/cloudevents+json' }],
  [
    'as the AMQP binding has it',
    {
      headers: {
        'cloudEvents:specversion': '1.0',
        'cloudEvents:id': 'e',
        'cloudEvents:source': '/s',
        cloudEvents_type: 't',
      },
      contentType: 'text/plain',
    },
  ],
])('an event is read %s', (_form, over) => {
  const content = Buffer.from('{"specversion":"1.0","id":"e","source":"/s","type":"t"}');
  expect(toLetter({ content, ...over }, now).original).toMatchObject({ kind: 'event', event: { id: 'e', type: 't' } });
});

test.each([
  ['bytes that are nothing', { content: Buffer.from([0xff, 0xfe]), contentType: undefined, headers: {} }],
  ['a broken type', { content: Buffer.from('x'), contentType: '///', headers: {} }],
  ['an event without an id', { content: Buffer.from('{}'), contentType: 'application/cloudevents+json', headers: {} }],
  ['a batch', { content: Buffer.from('[]'), contentType: 'application/cloudevents-batch+json', headers: {} }],
  ['headers of other types', { content: Buffer.from('x'), contentType: 7, headers: { 'x-death': 'no', 'ce-id': {} } }],
])('%s is a letter all the same, and nobody sends it again', (_title, broken) => {
  const letter = toLetter(broken, now);
  expect(letter).toMatchObject({ namespace: 'unknown', reason: 'undecodable', original: { kind: 'request' } });
  expect(toEntry(letter, 0).event).toBeUndefined();
});

test('a death that a later RabbitMQ names otherwise is a letter', () => {
  const strange = { ...message, headers: { ...headers, 'x-death': [{ ...death, reason: 'new' }] } };
  expect(toLetter(strange, now)).toMatchObject({ reason: 'undeliverable', message: 'builds: new' });
});

test('a number that JavaScript does not hold stays as it was sent', () => {
  const { original } = toLetter({ ...message, contentType: 'application/json' }, now);
  expect(original).toMatchObject({ kind: 'event', event: { data: { kind: 'bytes', bytes: message.content } } });
  const content = Buffer.from('{"a":1}');
  expect(toLetter({ ...message, content, contentType: 'application/json' }, now).original).toMatchObject({
    event: { data: { kind: 'json', value: { a: 1 } } },
  });
});

test('a death at no time that there is is left out', () => {
  const never = { ...death, time: { '!': 'timestamp', value: 1e300 } };
  expect(toLetter({ ...message, headers: { ...headers, 'x-death': [never, death] } }, now).deaths).toHaveLength(1);
});

test('whatever a message is, it is a letter', () => {
  const names = oneof(
    string(),
    string().map((name) => `ce-${name}`),
    string().map((name) => `cloudEvents:${name}`),
  );
  assert(
    property(uint8Array(), anything(), dictionary(names, anything()), (content, contentType, given) => {
      const letter = toLetter(
        { content: Buffer.from(content), contentType, headers: { ...given, 'x-death': contentType } },
        now,
      );
      expect(toEntry(letter, 0).time).toMatch(/^\d{4}-/);
    }),
  );
});
