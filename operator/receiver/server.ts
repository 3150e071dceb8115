import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Clock } from '../kube/clock.ts';
import type { HealthCheck, MetricsPage } from '../reconcile/health.ts';
import { type Answer, refusedAnswer } from './answer.ts';
import { textsOf } from './path-parts.ts';
import { alertRoute } from './alerts.ts';
import { busy, limitTo } from './limit-to.ts';
import { notificationRoute } from './notification.ts';
import type { AnswerLetters, LetterRoutes } from './dead-letters/routes.ts';
import { mountInterfaces } from './interfaces/mount.ts';
import type { InterfaceRoutes } from './interfaces/routes.ts';
import type { ReceiverTelemetry } from './receiver-telemetry.ts';
import { Refusal } from './refusal.ts';
import type { EventRequest, Receive } from './receive.ts';
import type { BudgetRoutes } from '../budget/routes.ts';
import type { SupervisionRoutes } from '../supervision/routes.ts';

export interface ServerLimits {
  /** Of a request, in bytes. */
  readonly bodyBytes: number;
  /** Of all headers together, in bytes. */
  readonly headerBytes: number;
  /** For the whole of a request to arrive. */
  readonly requestMs: number;
  /** Between two requests on one connection. */
  readonly idleMs: number;
  /** Requests of events that are worked on at a time. */
  readonly concurrency: number;
}

export const defaultServerLimits: ServerLimits = {
  bodyBytes: 1_048_576,
  headerBytes: 16_384,
  requestMs: 30_000,
  idleMs: 60_000,
  concurrency: 256,
};

export interface ServerProps {
  readonly receive: Receive;
  /** Takes what object stores tell of themselves. */
  readonly receiveNotification: Receive;
  /** Takes what Alertmanager tells of. */
  readonly receiveAlerts: Receive;
  /** Takes what goes to whoever serves its intent. */
  readonly receiveIntent: Receive;
  /** Takes what Brokers could not deliver. */
  readonly receiveUndeliverable: Receive;
  /** Undefined where no dead letters are stored. */
  readonly letters: LetterRoutes | undefined;
  /** By which others call agents and functions. */
  readonly interfaces: InterfaceRoutes;
  /** Undefined where no actions of agents are held. */
  readonly supervision: SupervisionRoutes | undefined;
  /** Undefined where no ledgers are kept. */
  readonly budgets: BudgetRoutes | undefined;
  readonly ready: readonly HealthCheck[];
  /** Whether it will end soon, so that nobody should keep a connection. */
  readonly isDraining: () => boolean;
  readonly metrics: MetricsPage;
  readonly telemetry: ReceiverTelemetry;
  readonly clock: Clock;
  readonly limits: ServerLimits;
  /** A new correlation id. */
  readonly newId: () => string;
  /** Told of a failure that is a bug; the sender is told nothing of it. */
  readonly onFault: (error: unknown) => void;
}

const brokerRoute = '/broker/:namespace/:secret';
const deadLetterRoute = '/dlq';
const intentRoute = '/intents';
const eventPath =
  /^\/(?:events|intents|alerts|dlq|notifications\/s3|supervision\/(?:slack|answers|[^/]+\/[^/]+\/[^/]+)|broker\/[^/]+\/[^/]+)?$/;

/** A Broker drops what is refused as too large, so nearly nothing is: RabbitMQ itself takes 16 MiB. */
const brokerBodyBytes = 16_777_216;

/** The HTTP server of the events API. It logs nothing that a request brings. */
export function buildServer(props: ServerProps): FastifyInstance {
  const { limits } = props;
  const server = Fastify({
    logger: false,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.requestMs,
      // Node.js looks every 30 s only
      connectionsCheckingInterval: Math.ceil(limits.requestMs / 10),
    },
    genReqId: ({ headers }) => correlationIdOf(headers['x-correlation-id']) ?? props.newId(),
    requestIdHeader: false,
    return503OnClosing: true,
    schemaController: { compilersFactory: { buildValidator: refuseSchema, buildSerializer: refuseSchema } },
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  addEventRoutes(server, props);
  addLetterRoutes(server, props);
  mountInterfaces(server, props.interfaces, toEventRequest);
  addSupervisionRoutes(server, props);
  addBudgetRoutes(server, props);
  addHealthRoutes(server, props);
  addErrors(server, props);
  addHeaders(server, props);
  return server;
}

/** Routes have no schemas of fastify, whose compilers are left out of the image (tools/image/slimming.ts). */
const refuseSchema = () => (): never => {
  throw new TypeError('a route has a schema of fastify');
};

function addEventRoutes(
  server: FastifyInstance,
  { limits, receive, receiveAlerts, receiveIntent, receiveNotification, receiveUndeliverable }: ServerProps,
): void {
  const events = limitTo(limits.concurrency, receive);
  const notifications = limitTo(limits.concurrency, receiveNotification);
  const intents = limitTo(limits.concurrency, receiveIntent);
  const alerts = limitTo(limits.concurrency, receiveAlerts);
  const deadLetters = limitTo(limits.concurrency, receiveUndeliverable);
  const routes = [
    { path: '/', bodyLimit: limits.bodyBytes, take: events },
    { path: '/events', bodyLimit: limits.bodyBytes, take: events },
    { path: intentRoute, bodyLimit: limits.bodyBytes, take: intents },
    { path: alertRoute, bodyLimit: limits.bodyBytes, take: alerts },
    { path: notificationRoute, bodyLimit: limits.bodyBytes, take: notifications },
    { path: brokerRoute, bodyLimit: brokerBodyBytes, take: events },
    { path: deadLetterRoute, bodyLimit: brokerBodyBytes, take: deadLetters },
  ];
  for (const { bodyLimit, path, take } of routes) {
    server.post(path, { bodyLimit }, async (request, reply) => send(reply, await take(toEventRequest(request))));
  }
}

/** What people ask at a time: a replay takes long. */
const letterRequests = 8;

function addLetterRoutes(server: FastifyInstance, { letters }: ServerProps): void {
  if (letters === undefined) return;
  const routes = [
    { method: 'GET', path: '/dlq/letters', answer: letters.list },
    { method: 'GET', path: '/dlq/letter', answer: letters.show },
    { method: 'POST', path: '/dlq/replay', answer: letters.replay },
    { method: 'POST', path: '/dlq/purge', answer: letters.purge },
  ] as const;
  const free = { requests: letterRequests };
  for (const { answer, method, path } of routes) {
    server.route({
      method,
      url: path,
      handler: async (request, reply) => send(reply, await answerOne(answer, request, reply, free)),
    });
  }
}

async function answerOne(
  answer: AnswerLetters,
  request: FastifyRequest,
  reply: FastifyReply,
  free: { requests: number },
): Promise<Answer> {
  if (free.requests === 0) throw busy();
  free.requests -= 1;
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  try {
    const query = Object.fromEntries(Object.entries(request.query ?? {}));
    return await answer({ ...toEventRequest(request), query, signal: gone.signal });
  } finally {
    free.requests += 1;
  }
}

function addSupervisionRoutes(server: FastifyInstance, { limits, supervision }: ServerProps): void {
  if (supervision === undefined) return;
  const { bodyBytes: bodyLimit, concurrency } = limits;
  const take = {
    slack: limitTo(concurrency, supervision.slack),
    answers: limitTo(concurrency, supervision.answer),
    hold: limitTo(concurrency, supervision.hold),
  };
  for (const route of ['slack', 'answers'] as const) {
    server.post(`/supervision/${route}`, { bodyLimit }, async (request, reply) =>
      send(reply, await take[route](toEventRequest(request))),
    );
  }
  server.post('/supervision/:namespace/:agent/:proof', { bodyLimit }, async (request, reply) => {
    const found = textsOf(request.params);
    const agent = { namespace: found.get('namespace') ?? '', name: found.get('agent') ?? '' };
    return send(reply, await take.hold({ ...toEventRequest(request), agent, secret: found.get('proof') ?? '' }));
  });
}

function addBudgetRoutes(server: FastifyInstance, { budgets, limits }: ServerProps): void {
  if (budgets === undefined) return;
  const routes = [
    { method: 'POST', path: 'reservations', take: budgets.reserve },
    { method: 'POST', path: 'settlements', take: budgets.settle },
    { method: 'GET', path: '', take: budgets.used },
  ] as const;
  for (const { method, path, take } of routes) {
    const limited = limitTo(limits.concurrency, take);
    server.route({
      method,
      url: `/budgets/:namespace/:agent/:proof/${path}`,
      bodyLimit: budgetBodyBytes,
      handler: async (request, reply) => {
        const found = textsOf(request.params);
        const agent = { namespace: found.get('namespace') ?? '', name: found.get('agent') ?? '' };
        const { body, correlationId } = toEventRequest(request);
        return send(reply, await limited({ agent, body, correlationId, secret: found.get('proof') ?? '' }));
      },
    });
  }
}

const budgetBodyBytes = 4096;

function toEventRequest({ body, id, params, raw, url }: FastifyRequest): EventRequest {
  const [path = ''] = url.split('?');
  // node joins or drops what came twice, and nobody may choose one of the two
  const headers = Object.fromEntries(
    Object.entries(raw.headersDistinct).map(([name, values = []]) => [name, values.length === 1 ? values[0] : values]),
  );
  return {
    method: raw.method ?? '',
    path,
    headers,
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    broker: brokerOf(params),
    correlationId: id,
  };
}

function brokerOf(params: unknown): EventRequest['broker'] {
  const found = textsOf(params);
  const [namespace, secret] = [found.get('namespace'), found.get('secret')];
  return namespace === undefined || secret === undefined ? undefined : { namespace, secret };
}

function addHealthRoutes(server: FastifyInstance, { metrics, ready }: ServerProps): void {
  for (const path of ['/health', '/healthz']) server.get(path, () => 'ok\n');
  for (const path of ['/ready', '/readyz']) {
    server.get(path, async (_request, reply) => {
      const faults = ready.flatMap(({ fault, name }) => {
        const text = fault();
        return text === undefined ? [] : [`[-]${name} failed: ${text}\n`];
      });
      if (faults.length > 0) reply.code(503);
      return faults.length > 0 ? faults.join('') : 'ready\n';
    });
  }
  server.get('/metrics', async (_request, reply) => {
    reply.type(metrics.contentType);
    return metrics.body();
  });
}

function addErrors(server: FastifyInstance, { onFault }: ServerProps): void {
  server.setNotFoundHandler(async (request, reply) => {
    const [path = ''] = request.url.split('?');
    if (eventPath.test(path)) {
      return send(
        reply,
        refusedAnswer(new Refusal('method_not_allowed', `${request.method}: allowed POST`), request.id),
      );
    }
    reply.code(404);
    return { error: 'not_found', message: 'events go to /, /events or /intents', correlationId: request.id };
  });
  server.setErrorHandler(async (error, request, reply) => {
    const refusal = toRefusal(error);
    if (!(refusal instanceof Refusal)) onFault(refusal);
    return send(reply, refusedAnswer(refusal, request.id));
  });
}

/** What fastify found in a request before anything here has seen it. */
function toRefusal(error: unknown): unknown {
  const code = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  switch (code) {
    case 413:
      return new Refusal('payload_too_large', 'the body is above the limit; send less', { cause: error });
    case 415:
      return new Refusal('unsupported_media_type', 'content-type is no media type', { cause: error });
    case 400:
      return new Refusal('invalid_cloudevent', 'the request cannot be read', { cause: error });
    default:
      return error;
  }
}

function addHeaders(server: FastifyInstance, { clock, isDraining, telemetry }: ServerProps): void {
  const startedAt = new WeakMap<FastifyRequest, number>();
  server.addHook('onRequest', async (request, reply) => {
    startedAt.set(request, clock.now());
    reply.headers({
      'x-correlation-id': request.id,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'",
      'cache-control': 'no-store',
      ...(isDraining() ? { connection: 'close' } : {}),
    });
  });
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'other';
    telemetry.request(route, reply.statusCode, startedAt.get(request) ?? clock.now());
  });
}

const send = (reply: FastifyReply, { body, headers, status }: Answer): FastifyReply =>
  reply.code(status).headers(headers).send(body);

/** Printable and short, so that it may stand in a header and in a log. */
function correlationIdOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\x21-\x7e]{1,128}$/.test(header) ? header : undefined;
}
