import { createServer, type Server } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { ingressAddress, invokeByBroker } from './broker-invoker.ts';
import type { CloudEvent } from './cloud-event.ts';
import { Refusal } from './refusal.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const event: CloudEvent = {
  id: 'e-1',
  source: '/s',
  type: 'io.knative.lambda.invoke.async',
  subject: 'team/hello',
  time: undefined,
  dataContentType: 'application/json',
  dataSchema: undefined,
  extensions: { correlationid: 'c' },
  data: { kind: 'json', value: { payload: 1 } },
};
const target = { namespace: 'team', name: 'hello' };

async function broker(answered: number): Promise<{ readonly address: string; readonly bodies: unknown[] }> {
  const bodies: unknown[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push([request.headers['content-type'], JSON.parse(Buffer.concat(chunks).toString())]);
      response.writeHead(answered).end();
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { address: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`, bodies };
}

const status = (work: Promise<void>): Promise<unknown> =>
  work.then(
    () => 'taken',
    (error: unknown) => (error instanceof Refusal ? error.status : error),
  );

test('an invocation goes to the Broker with the subject that the Trigger of its function selects', async () => {
  const { address, bodies } = await broker(202);
  await invokeByBroker(() => address)('async', event, target);
  const sent = {
    specversion: '1.0',
    id: 'e-1',
    source: '/s',
    type: 'io.knative.lambda.invoke.async',
    subject: 'hello',
    datacontenttype: 'application/json',
    correlationid: 'c',
    data: { payload: 1 },
  };
  expect(bodies).toEqual([['application/cloudevents+json', sent]]);
  expect(ingressAddress('lambda-broker', 'team')).toBe('http://lambda-broker-broker-ingress.team.svc.cluster.local/');
});

test.each([
  [404, 422],
  [500, 503],
  [429, 503],
])('fails when the Broker answers %d', async (answered, expected) => {
  const { address } = await broker(answered);
  await expect(status(invokeByBroker(() => address)('async', event, target))).resolves.toBe(expected);
});

test('fails when there is no Broker, and for a caller that waits', async () => {
  const invoke = invokeByBroker(() => 'http://127.0.0.1:1/');
  await expect(status(invoke('async', event, target))).resolves.toBe(503);
  await expect(status(invoke('sync', event, target))).resolves.toBe(422);
});
