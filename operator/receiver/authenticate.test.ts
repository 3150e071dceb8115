import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { ApiError } from '../kube/api-error.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import { reviewAccess } from './access-review.ts';
import { authenticateBy, type AuthenticationProps, type UnknownRequest } from './authenticate.ts';
import { authorizeBy } from './authorize.ts';
import { brokerSecret } from './broker-path.ts';
import { Refusal } from './refusal.ts';
import { type Sender, serviceAccountUser } from './sender.ts';
import { sign } from './signature.ts';
import { reviewTokens } from './token-review.ts';

const now = Date.parse('2026-01-01T12:00:00Z');
const ci = serviceAccountUser('ci', 'deployer');
const keys = [
  { id: 'old', secret: 'first-secret', user: ci },
  { id: 'new', secret: 'second-secret', user: ci },
];

const request = (headers: UnknownRequest['headers'] = {}, changes: Partial<UnknownRequest> = {}): UnknownRequest => ({
  method: 'POST',
  path: '/events',
  headers,
  body: Buffer.from('{}'),
  broker: undefined,
  ...changes,
});

const onPath = (namespace: string, secret: string): UnknownRequest => request({}, { broker: { namespace, secret } });

const authenticate = (given: UnknownRequest, changes: Partial<AuthenticationProps> = {}): Promise<Sender> =>
  authenticateBy({
    reviewToken: (token) => Promise.resolve(token === 'good' ? ci : undefined),
    signingKeys: () => keys,
    brokerKeys: () => ({ current: 'now', accepted: ['before', 'now'] }),
    meshDomain: undefined,
    allowAnonymous: false,
    today: () => new Date(now),
    ...changes,
  })(given);

const status = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'allowed',
    (error: unknown) => (error instanceof Refusal ? error.status : error),
  );

describe('a sender', () => {
  test.each([
    ['its token', request({ authorization: 'Bearer good' }), { kind: 'token', user: ci }],
    [
      'the path of its Broker',
      onPath('functions', brokerSecret('now', 'functions')),
      { kind: 'broker', namespace: 'functions', user: serviceAccountUser('functions', 'knative-lambda-events') },
    ],
    [
      'the path that its Broker had before a rotation',
      onPath('functions', brokerSecret('before', 'functions')),
      { kind: 'broker', namespace: 'functions', user: serviceAccountUser('functions', 'knative-lambda-events') },
    ],
  ])('is known by %s', async (_title, given, sender) => {
    await expect(authenticate(given)).resolves.toEqual(sender);
  });

  test.each(keys)('is known by a signature with the key $id, while keys rotate', async (key) => {
    const headers = { 'content-type': 'application/json', 'ce-id': '1' };
    const signed = { ...headers, 'x-lambda-signature': sign(request(headers), key, now) };
    await expect(authenticate(request(signed))).resolves.toEqual({ kind: 'signature', keyId: key.id, user: ci });
  });

  const meshHeaders = { 'l5d-client-id': 'deployer.ci.serviceaccount.identity.linkerd.cluster.local' };

  test('is known by the mesh where there is one, and by its word nowhere else', async () => {
    await expect(authenticate(request(meshHeaders), { meshDomain: 'cluster.local' })).resolves.toEqual({
      kind: 'mesh',
      user: ci,
    });
    await expect(status(authenticate(request(meshHeaders)))).resolves.toBe(401);
    const other = { 'l5d-client-id': 'deployer.ci.serviceaccount.identity.linkerd.evil.example' };
    await expect(status(authenticate(request(other), { meshDomain: 'cluster.local' }))).resolves.toBe(401);
  });

  test('is anonymous where a setting allows it', async () => {
    await expect(authenticate(request(), { allowAnonymous: true })).resolves.toMatchObject({ kind: 'anonymous' });
  });

  test.each([
    ['without any proof', request()],
    ['with a token of nobody', request({ authorization: 'Bearer bad' })],
    ['with a password', request({ authorization: 'Basic Z29vZA==' })],
    ['with two tokens', request({ authorization: ['Bearer good', 'Bearer good'] })],
    ['with a signature of no form', request({ 'x-lambda-signature': 'v1=00' })],
  ])('fails %s, also where anonymous ones are allowed', async (title, given) => {
    await expect(status(authenticate(given))).resolves.toBe(401);
    const isWithout = title === 'without any proof';
    await expect(status(authenticate(given, { allowAnonymous: true }))).resolves.toBe(isWithout ? 'allowed' : 401);
  });

  test.each([
    ['of another Broker', brokerSecret('now', 'others')],
    ['with an empty secret', ''],
    ['with a secret that is nearly right', `${brokerSecret('now', 'functions').slice(0, -1)}-`],
    ['of a key that is no longer taken', brokerSecret('long ago', 'functions')],
  ])('fails with 503 on a path %s, as a Broker would drop what gets 401', async (_title, secret) => {
    await expect(status(authenticate(onPath('functions', secret), { allowAnonymous: true }))).resolves.toBe(503);
  });

  const headers = { 'content-type': 'application/json', 'ce-type': 'a' };
  const signature = (at = now, key = keys[0] ?? { id: '', secret: '' }) => ({
    'x-lambda-signature': sign(request(headers), key, at),
  });

  test.each([
    ['another body', request({ ...headers, ...signature() }, { body: Buffer.from('{ }') })],
    ['another type', request({ ...headers, ...signature(), 'ce-type': 'b' })],
    ['one more attribute', request({ ...headers, ...signature(), 'ce-subject': 'b' })],
    ['another path', request({ ...headers, ...signature() }, { path: '/' })],
    ['an unknown key', request({ ...headers, ...signature(now, { id: 'lost', secret: '' }) })],
    ['the secret of another key', request({ ...headers, ...signature(now, { id: 'old', secret: 'second-secret' }) })],
    ['a time too long ago', request({ ...headers, ...signature(now - 301_000) })],
    ['a time too far ahead', request({ ...headers, ...signature(now + 302_000) })],
  ])('fails with a signature of %s', async (_title, given) => {
    await expect(status(authenticate(given))).resolves.toBe(401);
  });

  test('fails with 503 while nobody can say whose a token is', async () => {
    const error = new ApiError({ status: 500, reason: '', message: 'no' });
    const given = request({ authorization: 'Bearer good' });
    await expect(status(authenticate(given, { reviewToken: () => Promise.reject(error) }))).resolves.toBe(503);
  });
});

/** A reviewer of tokens whose API server always answers this, if need be by the token. */
const reviewer = (answer: unknown, own: (token: string) => unknown = () => answer) => {
  const clock = new FakeClock();
  const asked: unknown[] = [];
  const client = {
    review: (_resource: unknown, question: { readonly spec?: unknown }) => {
      asked.push(question);
      return Promise.resolve(own(z.object({ token: z.string() }).parse(question.spec).token));
    },
  };
  return { clock, asked, review: reviewTokens({ client, clock, audience: 'lambda' }) };
};

describe('a review of tokens', () => {
  const user = { username: 'u', groups: ['g'], uid: '1' };

  test('asks for the audience, once a minute for each token', async () => {
    const { asked, clock, review } = reviewer({ status: { authenticated: true, audiences: ['lambda'], user } });
    await expect(review('a')).resolves.toMatchObject({ username: 'u', groups: ['g'] });
    await clock.advance(59_999);
    await review('a');
    expect(asked).toEqual([{ spec: { token: 'a', audiences: ['lambda'] } }]);
    await review('b');
    await clock.advance(1);
    await review('a');
    expect(asked).toHaveLength(3);
  });

  test('leaves the API server in peace while a flood of tokens is of nobody, and goes on for those it knows', async () => {
    const known = { status: { authenticated: true, audiences: ['lambda'], user } };
    const { asked, clock, review } = reviewer(undefined, (token) =>
      token.startsWith('good') ? known : { status: {} },
    );
    await review('good');
    for (let index = 0; index < 10_000; index += 1) await review(`bad ${index}`).catch(() => {});
    expect(asked).toHaveLength(201);
    await expect(review('good')).resolves.toMatchObject({ username: 'u' });
    await expect(review('bad 1')).resolves.toBeUndefined();
    await expect(review('good 2')).rejects.toMatchObject({ reason: 'rate_limit_exceeded', retryAfterMs: 50 });
    await clock.advance(50);
    await expect(review('good 2')).resolves.toMatchObject({ username: 'u' });
    expect(asked).toHaveLength(202);
  });

  test('asks about a token of nobody once a minute', async () => {
    const { asked, clock, review } = reviewer({ status: {} });
    await review('bad');
    await clock.advance(59_999);
    await review('bad');
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    await review('bad');
    expect(asked).toHaveLength(2);
  });

  test.each([
    { status: { authenticated: false, audiences: ['lambda'], user } },
    { status: { authenticated: true, audiences: ['other'], user } },
    { status: { authenticated: true, user } },
    { status: {} },
    // what a real API server says of a token for another audience
    { status: { user: {}, error: '[invalid bearer token, token audiences do not match]' } },
  ])('fails to find a user in %j', async (answer) => {
    await expect(reviewer(answer).review('a')).resolves.toBeUndefined();
  });
});

/** An authorizer whose API server always answers this. */
const setup = (allowed: boolean) => {
  const asked: unknown[] = [];
  const client = {
    review: (_resource: unknown, question: object) => {
      asked.push(question);
      return Promise.resolve({ status: { allowed } });
    },
  };
  const props = {
    reviewAccess: reviewAccess(client, new FakeClock()),
    serves: (one: string) => one !== 'kube-system',
  };
  return { asked, props };
};

describe('the right of a sender', () => {
  const token: Sender = { kind: 'token', user: ci };
  const broker: Sender = { kind: 'broker', namespace: 'functions', user: ci };
  const target = { namespace: 'functions', name: 'hello' };

  test('is what RBAC says of its identity', async () => {
    const { asked, props } = setup(true);
    await authorizeBy(props, token)('patch', target);
    await authorizeBy(props, token)('patch', target);
    await authorizeBy(props, token)('create', target);
    const attributes = {
      group: 'lambda.knative.io',
      resource: 'lambdafunctions',
      subresource: '',
      namespace: 'functions',
    };
    const identity = { user: ci.username, groups: ci.groups };
    expect(asked).toEqual([
      {
        namespace: 'functions',
        spec: { ...identity, resourceAttributes: { ...attributes, verb: 'patch', name: 'hello' } },
      },
      {
        namespace: 'functions',
        spec: { ...identity, resourceAttributes: { ...attributes, verb: 'create', name: '' } },
      },
    ]);
  });

  test.each([
    ['where RBAC says no', false, token, target],
    ['in a namespace that is not served', true, token, { ...target, namespace: 'kube-system' }],
    ['in another namespace than its Broker', true, broker, { ...target, namespace: 'others' }],
  ])('fails %s', async (_title, allowed, sender, where) => {
    await expect(status(authorizeBy(setup(allowed).props, sender)('patch', where))).resolves.toBe(403);
  });
});
