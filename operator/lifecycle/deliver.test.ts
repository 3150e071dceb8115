import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HTTP } from 'cloudevents';
import { deliver } from './deliver.ts';
import type { Sender } from './outbox.ts';
import { pendingEvent } from './transition.ts';

const sender: Sender = { name: 'hello', namespace: 'functions', uid: 'u', source: 'team/hello', broker: 'b' };
const transition = { name: 'readyFunction', type: 'a.ready', data: { phase: 'Ready' } };
const metadata = {
  uid: 'u',
  resourceVersion: '7',
  annotations: {
    'lambda.knative.io/correlation-id': 'c-1',
    'lambda.knative.io/traceparent': '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  },
};
const event = pendingEvent({ metadata }, transition, new Date('2026-01-01T00:00:00.500Z'));

const id = (more: object, name = 'readyFunction'): string =>
  pendingEvent({ metadata: { ...metadata, ...more } }, { ...transition, name }, new Date()).id;

let server: Server;
let address = '';
let status = 202;
const requests: ReturnType<typeof HTTP.toEvent>[] = [];

async function read(request: IncomingMessage): Promise<void> {
  requests.push(HTTP.toEvent({ headers: request.headers, body: await text(request) }));
}

beforeAll(async () => {
  server = createServer((request, response) => {
    void read(request).then(() => response.writeHead(status, { location: '/elsewhere' }).end('said'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  address = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}/`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

describe('an event that is sent', () => {
  test('is one that the SDK of CloudEvents reads, part of what caused it', async () => {
    await deliver(address, sender, event);
    expect(requests).toEqual([
      expect.objectContaining({
        specversion: '1.0',
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        type: 'a.ready',
        source: 'team/hello',
        subject: 'functions/hello',
        time: '2026-01-01T00:00:00.000Z',
        datacontenttype: 'application/json',
        correlationid: 'c-1',
        traceparent: metadata.annotations['lambda.knative.io/traceparent'],
        data: { name: 'hello', namespace: 'functions', phase: 'Ready' },
      }),
    ]);
  });

  test('has the id of its object, state and transition: told again it is the same', () => {
    expect(id({})).toBe(event.id);
    expect(new Set([id({}), id({ resourceVersion: '8' }), id({ uid: 'v' }), id({}, 'other')]).size).toBe(4);
  });

  test.each([302, 400, 404, 500, 503])('fails with an answer of %i', async (answer) => {
    status = answer;
    await expect(deliver(address, sender, event)).rejects.toThrow(`answers ${answer}`);
  });

  test('fails where nobody listens', async () => {
    await expect(deliver('http://127.0.0.1:1/', sender, event)).rejects.toThrow('ECONNREFUSED');
  });
});
