import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { IntentRouter, parseIntentTable } from '../intents/index.ts';
import { ApiError } from '../kube/api-error.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { brokerPath } from './broker-path.ts';
import { MemoryReceiver, memoryLimits } from './memory-receiver.ts';
import { RateLimiter } from './rate-limiter.ts';
import { exchange, send } from './raw-request.ts';
import { decode } from './decode.ts';
import { receiveBy } from './receive.ts';
import { receiverTelemetry } from './receiver-telemetry.ts';
import { refusalReasons } from './refusal.ts';
import { buildServer } from './server.ts';

const limits = memoryLimits;
const clock = new FakeClock();
const onFault = (error: unknown): void => void faults.push(error);
const receiver = new MemoryReceiver();
const { faults, functions, letters, notReady, storeFaults } = receiver;
let port = 0;
beforeAll(async () => {
  port = await receiver.listen();
});
afterAll(() => receiver.server.close());
beforeEach(() => receiver.reset());

const bearer = 'authorization: Bearer good';
const prefix = 'io.knative.lambda';
const binary = (type: string, changes: Readonly<Record<string, string>> = {}): string[] =>
  Object.entries({
    'ce-specversion': '1.0',
    'ce-id': 'e-1',
    'ce-source': '/s',
    'ce-type': `${prefix}.${type}`,
    'content-type': 'application/json',
    ...changes,
  }).map(([name, value]) => `${name}: ${value}`);
const deployData = {
  metadata: { name: 'hello' },
  spec: { source: { type: 'inline', inline: { code: 'x' } }, runtime: { language: 'python', version: '3.12' } },
};
const deployBody = JSON.stringify(deployData);
const deploy = [bearer, ...binary('command.function.deploy')];
const reserved = JSON.stringify({
  ...deployData,
  metadata: { name: 'hello', annotations: { 'lambda.knative.io/adopt': 'true' } },
});

const failing = (status: number, reason: string) => () => {
  functions.before = (verb) => {
    if (verb === 'create') throw new ApiError({ status, reason, message: 'the server says no' });
  };
};
const nothing = (): void => {};

describe('the status table: a request', () => {
  test.each<[string, () => void, [string, string], string[], string, number, string]>([
    ['that deploys', nothing, ['POST', '/'], deploy, deployBody, 202, 'created'],
    ['that deploys by the other path', nothing, ['POST', '/events'], deploy, deployBody, 202, 'created'],
    [
      'that deletes what is not there',
      nothing,
      ['POST', '/'],
      [bearer, ...binary('command.service.delete', { 'ce-subject': 'lost' })],
      '',
      202,
      'absent',
    ],
    ['of an unknown type', nothing, ['POST', '/'], [bearer, ...binary('x.y')], '{"a":1}', 202, 'ignored'],
    [
      'of a response',
      nothing,
      ['POST', '/'],
      [bearer, ...binary('response.error')],
      '{"error":{"code":"X"}}',
      202,
      'counted',
    ],
    ['with another method', nothing, ['GET', '/'], [bearer], '', 405, 'method_not_allowed'],
    ['with another method on the other path', nothing, ['DELETE', '/events'], [bearer], '', 405, 'method_not_allowed'],
    [
      'that is no event',
      nothing,
      ['POST', '/'],
      [bearer, 'content-type: application/json'],
      '{}',
      400,
      'invalid_cloudevent',
    ],
    [
      'of an event without id',
      nothing,
      ['POST', '/'],
      [bearer, ...binary('x', { 'ce-id': '' })],
      '',
      400,
      'invalid_cloudevent',
    ],
    ['that breaks its schema', nothing, ['POST', '/'], deploy, '{}', 400, 'schema_validation_failed'],
    ['that has no JSON', nothing, ['POST', '/'], deploy, '{', 400, 'invalid_cloudevent'],
    ['with annotations of the product', nothing, ['POST', '/'], deploy, reserved, 400, 'reserved_metadata'],
    ['of nobody', nothing, ['POST', '/'], binary('x'), '', 401, 'unauthenticated'],
    [
      'with a token of nobody',
      nothing,
      ['POST', '/'],
      ['authorization: Bearer bad', ...binary('x')],
      '',
      401,
      'unauthenticated',
    ],
    [
      'of a reader that deploys',
      nothing,
      ['POST', '/'],
      ['authorization: Bearer reader', ...binary('command.function.deploy')],
      deployBody,
      403,
      'forbidden',
    ],
    ['above the limit', nothing, ['POST', '/'], deploy, 'x'.repeat(limits.bodyBytes + 1), 413, 'payload_too_large'],
    [
      'of a media type that is not read',
      nothing,
      ['POST', '/'],
      [bearer, 'content-type: text/plain'],
      'x',
      415,
      'unsupported_media_type',
    ],
    [
      'that is compressed',
      nothing,
      ['POST', '/'],
      [...deploy, 'content-encoding: gzip'],
      'x',
      415,
      'unsupported_media_type',
    ],
    [
      'for a function that is not there',
      nothing,
      ['POST', '/'],
      [bearer, ...binary('command.build.start')],
      '{"name":"lost"}',
      422,
      'unknown_target',
    ],
    [
      'that the API server finds invalid',
      failing(422, 'Invalid'),
      ['POST', '/'],
      deploy,
      deployBody,
      422,
      'invalid_function',
    ],
    [
      'while the API server fails',
      failing(500, 'InternalError'),
      ['POST', '/'],
      deploy,
      deployBody,
      503,
      'dependency_unavailable',
    ],
    [
      'while the API server is busy',
      failing(429, 'TooManyRequests'),
      ['POST', '/'],
      deploy,
      deployBody,
      503,
      'dependency_unavailable',
    ],
    [
      'that conflicts all the time',
      failing(409, 'AlreadyExists'),
      ['POST', '/'],
      deploy,
      deployBody,
      503,
      'dependency_unavailable',
    ],
  ])('%s is answered as it should', async (...row) => {
    const [, arrange, line, headers, body, status, outcome] = row;
    arrange();
    const answer = await send(port, line, headers, body);
    const { error, outcome: effect }: { error?: string; outcome?: string } = JSON.parse(answer.body);
    expect([answer.status, error ?? effect]).toEqual([status, outcome]);
    expect(/\r\nretry-after: \d+\r\n/.test(answer.head)).toBe(status === 503);
    expect(faults).toEqual([]);
  });

  test('has no status that a Broker tries again in vain', () => {
    const statuses = Object.values(refusalReasons).map(({ isPermanent, status }): [boolean, number] => [
      isPermanent,
      status,
    ]);
    expect(statuses.filter(([, status]) => status === 404 || status === 408 || status === 409)).toEqual([]);
    expect(statuses.filter(([isPermanent, status]) => isPermanent === (status === 429 || status >= 500))).toEqual([]);
  });

  test('above its rate is told when to come again, and others are not', async () => {
    const greedy = ['authorization: Bearer greedy', ...binary('x')];
    const limiter = new RateLimiter({ perSecond: 1, burst: 1 }, clock);
    const receive = receiveBy({
      authenticate: ({ headers }) =>
        Promise.resolve({ kind: 'anonymous', user: { username: String(headers['user']), groups: [] } }),
      limiter,
      handle: () => Promise.resolve('ignored'),
      keepRefused: () => Promise.resolve(),
      decode: (request) => decode(request, { batchSize: 1 }),
      onFault: () => {},
    });
    const headers = Object.fromEntries(greedy.slice(1).map((one) => [one.split(': ')[0] ?? '', one.split(': ')[1]]));
    const request = (user: string) => ({
      method: 'POST',
      path: '/',
      headers: { ...headers, user },
      body: Buffer.alloc(0),
      broker: undefined,
      correlationId: 'c',
    });
    const answers = [await receive(request('a')), await receive(request('a')), await receive(request('b'))];
    expect(answers.map(({ status }) => status)).toEqual([202, 429, 202]);
    expect(answers[1]?.headers).toEqual({ ratelimit: '"tenant";r=0;t=1', 'retry-after': '1' });
  });

  test('of a Broker is never above its rate: a 429 would count against the attempts of its event', async () => {
    const path = brokerPath('key', 'greedy');
    const headers = binary('x');
    const statuses = new Set<number>();
    for (let index = 0; index < 1010; index += 1) statuses.add((await send(port, ['POST', path], headers)).status);
    expect([...statuses]).toEqual([202]);
  });
});

describe('an answer', () => {
  test('says what was accepted, and what it is part of', async () => {
    const own = await send(
      port,
      ['POST', '/'],
      [...deploy, 'ce-correlationid: c-1', 'x-correlation-id: x-1'],
      deployBody,
    );
    expect(JSON.parse(own.body)).toEqual({
      status: 'accepted',
      eventId: 'e-1',
      correlationId: 'c-1',
      outcome: 'created',
    });
    expect(own.head).toContain('\r\nx-correlation-id: x-1\r\n');
    const again = await send(port, ['POST', '/'], [...deploy, 'x-correlation-id: x-2'], deployBody);
    expect(JSON.parse(again.body)).toEqual({
      status: 'accepted',
      eventId: 'e-1',
      correlationId: 'x-2',
      outcome: 'duplicate',
    });
    const unknown = await send(port, ['POST', '/'], [...deploy, 'x-correlation-id: a b'], '{}');
    expect(JSON.parse(unknown.body)).toMatchObject({ correlationId: 'new-id' });
  });

  test('points at what is wrong', async () => {
    const { body } = await send(
      port,
      ['POST', '/'],
      deploy,
      JSON.stringify({ metadata: { name: 'A' }, spec: { source: {} } }),
    );
    const { details }: { details: readonly { readonly pointer: string }[] } = JSON.parse(body);
    expect(details.map(({ pointer }) => pointer)).toEqual(
      expect.arrayContaining(['/data/metadata/name', '/data/spec/source/type']),
    );
  });

  test('of a batch says what became of each, and asks for those again that may succeed', async () => {
    const event = {
      specversion: '1.0',
      source: '/s',
      type: `${prefix}.command.build.start`,
      datacontenttype: 'application/json',
    };
    const batch = [
      { ...event, id: '1', type: `${prefix}.command.function.deploy`, data: deployData },
      { ...event, id: '2', data: { name: 'hello' } },
      { ...event, id: '3', data: { name: 'lost' } },
    ];
    const headers = [bearer, 'content-type: application/cloudevents-batch+json'];
    const answer = await send(port, ['POST', '/'], headers, JSON.stringify(batch));
    expect(answer.status).toBe(422);
    expect(JSON.parse(answer.body)).toMatchObject({
      results: [
        { code: 202, outcome: 'created' },
        { code: 202, outcome: 'changed' },
        { code: 422, error: 'unknown_target' },
      ],
    });
    functions.before = (verb) => {
      if (verb === 'patch') throw new ApiError({ status: 500, reason: '', message: 'no' });
    };
    const more = [
      { ...event, id: '4', data: { name: 'lost' } },
      { ...event, id: '5', data: { name: 'hello' } },
    ];
    expect((await send(port, ['POST', '/'], headers, JSON.stringify(more))).status).toBe(503);
  });

  test('to a failure that is a bug tells nothing of it, and lets the event come again', async () => {
    functions.before = () => {
      throw new TypeError('secret of the code');
    };
    const answer = await send(port, ['POST', '/'], deploy, deployBody);
    expect([answer.status, answer.body.includes('secret')]).toEqual([503, false]);
    expect(faults).toHaveLength(1);
  });

  test('has headers that keep a browser from it', async () => {
    const { head } = await send(port, ['POST', '/'], [], '');
    expect(head).toContain('x-content-type-options: nosniff');
    expect(head).toContain('cache-control: no-store');
    expect(head).toContain('www-authenticate: bearer');
    expect(head).not.toMatch(/\r\n(server|x-powered-by):/);
  });
});

describe('a Broker', () => {
  const path = brokerPath('key', 'team');

  test('commands its own namespace without a token', async () => {
    expect((await send(port, ['POST', path], binary('command.function.deploy'), deployBody)).status).toBe(202);
    expect([...functions.functions.keys()]).toEqual(['team/hello']);
  });

  test('fails to command another one, and the event is kept', async () => {
    const body = JSON.stringify({ ...deployData, metadata: { name: 'hello', namespace: 'functions' } });
    expect((await send(port, ['POST', path], binary('command.function.deploy'), body)).status).toBe(403);
    expect(letters).toMatchObject([
      { namespace: 'team', reason: 'forbidden', original: { kind: 'event', event: { id: 'e-1' } } },
    ]);
    expect(functions.functions.size).toBe(0);
  });

  test('brings what somebody says, which goes to whoever serves it', async () => {
    receiver.intents = new IntentRouter(
      parseIntentTable(
        JSON.stringify({
          intents: { order: { target: { kind: 'agent', namespace: 'team', name: 'clerk' } } },
          rules: [{ name: 'orders', intent: 'order', keywords: ['order'] }],
          eventTypes: [`${prefix}.chat`],
        }),
        'table',
      ),
    );
    const said = (text: string, id: string) =>
      send(port, ['POST', path], binary('chat', { 'ce-id': id }), JSON.stringify({ text }));
    expect((await said('my order', 'e-1')).body).toContain('"outcome":"routed"');
    expect((await said('my order', 'e-1')).body).toContain('"outcome":"duplicate"');
    expect((await said('hello', 'e-2')).status).toBe(422);
    expect(letters).toMatchObject([{ namespace: 'team', reason: 'no_route' }]);
    expect(receiver.routed).toMatchObject([['agent team/clerk', { id: 'e-1', extensions: { intent: 'order' } }]]);
    const direct = [bearer, ...binary('other.type', { 'ce-id': 'e-3' })];
    expect((await send(port, ['POST', '/intents'], direct, '{"text":"order"}')).body).toContain('"outcome":"routed"');
    const reader = ['authorization: Bearer reader', ...binary('x', { 'ce-id': 'e-4' })];
    expect((await send(port, ['POST', '/intents'], reader, '{"text":"order"}')).status).toBe(403);
    expect((await send(port, ['POST', '/intents'], binary('x'), '{"text":"order"}')).status).toBe(401);
  });

  test('brings events that are too large for others', async () => {
    const spec = { ...deployData.spec, source: { type: 'inline', inline: { code: 'x'.repeat(limits.bodyBytes) } } };
    const body = JSON.stringify({ ...deployData, spec });
    expect((await send(port, ['POST', path], binary('command.function.deploy'), body)).status).toBe(202);
    expect((await send(port, ['POST', '/'], deploy, body)).status).toBe(413);
  });

  test('fails with another secret, and is to come again', async () => {
    expect((await send(port, ['POST', '/broker/team/other'], binary('x'))).status).toBe(503);
    expect(letters).toEqual([]);
  });

  test('has kept what is no event, without what opens a door', async () => {
    const answer = await send(port, ['POST', path], ['cookie: hunter2', ...binary('x', { 'ce-id': '' })], '{}');
    expect(answer.status).toBe(400);
    expect(letters).toMatchObject([{ reason: 'invalid_cloudevent', original: { kind: 'request', body: 'e30=' } }]);
    expect(JSON.stringify(letters)).not.toContain('hunter2');
  });
});

/** A server whose events take until they are released. */
async function slowServer(concurrency: number) {
  const waiting: (() => void)[] = [];
  const own = buildServer({
    receive: () => new Promise((resolve) => waiting.push(() => resolve({ status: 202, headers: {}, body: {} }))),
    receiveNotification: () => Promise.resolve({ status: 202, headers: {}, body: {} }),
    receiveAlerts: () => Promise.resolve({ status: 202, headers: {}, body: {} }),
    receiveIntent: () => Promise.resolve({ status: 202, headers: {}, body: {} }),
    receiveUndeliverable: () => Promise.resolve({ status: 202, headers: {}, body: {} }),
    letters: undefined,
    interfaces: { a2a: undefined, mcp: undefined },
    supervision: undefined,
    budgets: undefined,
    ready: [],
    isDraining: () => false,
    metrics: { contentType: 'text/plain', body: () => Promise.resolve('') },
    telemetry: receiverTelemetry(new MetricRegistry(), clock),
    clock,
    limits: { ...limits, concurrency },
    newId: () => 'new-id',
    onFault,
  });
  const at = Number(new URL(await own.listen({ port: 0, host: '127.0.0.1' })).port);
  const begun = async (count: number): Promise<void> => {
    while (waiting.length < count) await nextTurn();
  };
  const release = () => {
    for (const one of waiting.splice(0)) one();
  };
  return { own, at, begun, release };
}

const from = (destination: string): string[] =>
  binary('invoke.async', { 'ce-subject': 'hello', 'ce-knativeerrordest': destination, 'ce-knativeerrorcode': '500' });

describe('a dead letter that a Broker could not deliver', () => {
  test('is kept for the namespace of the function, by whoever hands it in', async () => {
    const answer = await send(port, ['POST', '/dlq'], from('http://hello.team.svc.cluster.local'), '{"a":1}');
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([202, { eventId: 'e-1', outcome: 'kept' }]);
    expect(letters).toMatchObject([
      {
        namespace: 'team',
        reason: 'undeliverable',
        message: 'http://hello.team.svc.cluster.local/ answers 500',
        handedInBy: '',
        original: { kind: 'event', event: { id: 'e-1', data: { value: { a: 1 } } } },
      },
    ]);
  });

  test('says nothing of the path that a Broker sends to', async () => {
    const path = brokerPath('key', 'team');
    await send(port, ['POST', '/dlq'], from(`http://knative-lambda-builder.control.svc.cluster.local${path}`), '{}');
    expect(letters).toMatchObject([
      { namespace: 'team', message: expect.stringMatching(/\/broker\/team answers 500$/) },
    ]);
    expect(JSON.stringify(letters)).not.toContain(path);
  });

  test('names who hands it in where that is proven', async () => {
    await send(port, ['POST', '/dlq'], [bearer, ...from('http://a.b.svc')], '{}');
    expect(letters).toMatchObject([{ namespace: 'b', handedInBy: 'system:serviceaccount:ci:deployer' }]);
  });

  test.each([
    ['of an address without a namespace', ['POST', '/dlq'] as const, from('http://example.com/../x'), '{}'],
    ['of no address', ['POST', '/dlq'] as const, from('broken'), '{}'],
    ['that is no event', ['POST', '/dlq'] as const, ['content-type: text/plain'], 'x'],
  ])('is kept although it is one %s', async (_title, [method, path], headers, body) => {
    expect((await send(port, [method, path], headers, body)).status).toBe(202);
    const reason = body === 'x' ? 'undecodable' : 'undeliverable';
    expect(letters).toMatchObject([{ namespace: 'unknown', reason }]);
  });

  test('fails with 503 while it cannot be kept, so that it comes again', async () => {
    storeFaults.push('the store is down');
    const answer = await send(port, ['POST', '/dlq'], from('http://hello.team.svc'), '{}');
    expect([answer.status, answer.body.includes('the store is down')]).toEqual([503, false]);
    expect(faults).toHaveLength(1);
  });
});

describe('a server', () => {
  test('turns away what is above its concurrency, and takes more when one is done', async () => {
    const { at, begun, own, release } = await slowServer(1);
    const first = send(at, ['POST', '/'], []);
    await begun(1);
    const second = await send(at, ['POST', '/'], []);
    expect([second.status, second.head.includes('retry-after: 1')]).toEqual([429, true]);
    expect((await send(at, ['GET', '/health'], [])).status).toBe(200);
    expect((await send(at, ['POST', '/dlq'], [])).status).toBe(202);
    release();
    expect((await first).status).toBe(202);
    const third = send(at, ['POST', '/'], []);
    await begun(1);
    release();
    expect((await third).status).toBe(202);
    await own.close();
  });

  test('answers what is under way before it ends', async () => {
    const { at, begun, own, release } = await slowServer(2);
    const answer = send(at, ['POST', '/'], []);
    await begun(1);
    const closed = own.close();
    release();
    expect((await answer).status).toBe(202);
    await closed;
    await expect(send(at, ['GET', '/health'], [])).rejects.toThrow('ECONNREFUSED');
  });

  test('has no address of a protocol that is off', async () => {
    const { at, own } = await slowServer(1);
    const paths = ['/mcp', '/mcp/team', '/agents/team/bruno', '/agents/team/bruno/.well-known/agent-card.json'];
    for (const path of paths) {
      const answers = [await send(at, ['POST', path], [], '{}'), await send(at, ['GET', path], [])];
      expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    }
    await own.close();
  });
});

describe('a request that tries to slip through', () => {
  test.each([
    ['with an attribute twice', [...deploy, 'ce-id: e-2'], deployBody, 400],
    ['with two content types', [...deploy, 'content-type: text/plain'], deployBody, 400],
    ['with two tokens', [bearer, ...deploy], deployBody, 401],
  ])('fails %s', async (_title, headers, body, status) => {
    expect((await send(port, ['POST', '/'], headers, body)).status).toBe(status);
    expect(functions.functions.size).toBe(0);
  });

  test.each([
    ['two lengths', 'content-length: 2\r\ncontent-length: 3\r\n\r\n{}'],
    ['a length and chunks', 'content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'],
    ['a length that is none', 'content-length: -1\r\n\r\n'],
    ['a broken header', 'a b: c\r\n\r\n'],
    ['a null in a header', 'a: b\u0000c\r\n\r\n'],
  ])('fails with %s', async (_title, rest) => {
    await expect(exchange(port, `POST / HTTP/1.1\r\nhost: test\r\n${rest}`)).resolves.toMatch(/^HTTP\/1\.1 400 /);
  });

  test('fails with headers above the limit', async () => {
    expect(
      (await send(port, ['POST', '/'], [...deploy, `x: ${'y'.repeat(limits.headerBytes)}`], deployBody)).status,
    ).toBe(431);
  });

  test.each(['/events/more', '/../etc/passwd', '/broker/team', '/%00', '/%'])('fails on the path %s', async (path) => {
    expect([400, 404]).toContain((await send(port, ['POST', path], deploy, deployBody)).status);
  });
});

describe('the pages of the process', () => {
  test.each(['/health', '/healthz', '/ready'])('%s answers', async (path) => {
    expect((await send(port, ['GET', path], [])).status).toBe(200);
  });

  test('/ready says what is missing', async () => {
    notReady.push('no answer yet');
    const answer = await send(port, ['GET', '/ready'], []);
    expect([answer.status, answer.body]).toEqual([503, '[-]schemas failed: no answer yet\n']);
  });

  test('/metrics counts requests in the text of Prometheus, by route and never by path', async () => {
    await send(port, ['POST', brokerPath('key', 'team')], binary('x'));
    const { body, head } = await send(port, ['GET', '/metrics'], []);
    expect(head).toContain('content-type: text/plain; version=0.0.4');
    expect(body).toMatch(
      /^knative_lambda_receiver_requests_total\{route="\/broker\/:namespace\/:secret",code="202"\} \d+$/m,
    );
    expect(body).not.toContain(brokerPath('key', 'team'));
  });
});
