import { type Dispatcher, Pool } from 'undici';
import { AbortScope } from './abort-scope.ts';
import { ApiError, ConnectionError, isUnauthorized, TimeoutError, toApiError, WriteRefusedError } from './api-error.ts';
import type { Clock } from './clock.ts';
import type { Connection } from './connection.ts';
import { codeOf, messageOf } from './error-message.ts';
import type { ClientObserver } from './observer.ts';
import { type RateLimit, TokenBucket } from './rate-limit.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly body?: object | undefined;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly accept?: string;
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** For the whole answer, default 30 s; of a watch until the answer begins. */
  readonly timeoutMs?: number | undefined;
}

export interface StreamOptions extends RequestOptions {
  /** Told once the answer has begun. Default nobody is. */
  onOpen?(this: void): void;
}

export interface TransportProps {
  readonly clock: Clock;
  readonly observer: ClientObserver;
  readonly userAgent: string;
  /** Asked at the last moment before a request that is not a read. */
  readonly mayWrite: () => boolean;
  readonly requestRate: RateLimit | undefined;
}

const json = 'application/json';
const defaultTimeoutMs = 30_000;
/** Shorter than the idle time of any server or load balancer in front: no request meets a socket that is being closed. */
const keepAliveTimeout = 20_000;
const maxConnections = 32;

/**
 * HTTP/1.1 to one API server. Answers are not compressed: on a cluster's network that costs more time than it saves.
 * Watches have connections of their own, so that they take none from requests.
 */
export class Transport {
  readonly #connection: Connection;
  readonly #props: TransportProps;
  readonly #basePath: string;
  readonly #requests: Dispatcher;
  readonly #watches: Dispatcher;
  readonly #bucket: TokenBucket | undefined;

  constructor(connection: Connection, props: TransportProps) {
    const { origin, pathname } = new URL(connection.server);
    const { ca, cert, key, serverName, insecure = false } = connection.tls;
    const connect = { ca, cert, key, servername: serverName, rejectUnauthorized: !insecure };
    // time limits are ours, which a test can move
    const shared = { connect, keepAliveTimeout, headersTimeout: 0, bodyTimeout: 0 };
    this.#connection = connection;
    this.#props = props;
    this.#basePath = pathname.replace(/\/$/, '');
    this.#requests = new Pool(origin, { ...shared, connections: maxConnections });
    this.#watches = new Pool(origin, shared);
    this.#bucket = props.requestRate && new TokenBucket(props.requestRate, props.clock);
  }

  /** Text of a successful answer. */
  async send(request: ApiRequest, options: RequestOptions): Promise<string> {
    const scope = new AbortScope(options.signal);
    const read = async (): Promise<string> => (await this.#succeed(this.#requests, request, scope.signal)).body.text();
    try {
      await this.#turn(scope.signal);
      return await this.#inTime(scope, this.#limitOf(request, options), read());
    } catch (error) {
      throw this.#explain(request, error, scope.signal);
    } finally {
      scope.leave();
    }
  }

  /** Bytes of an answer that goes on until the server or the signal ends it; its beginning has a time limit. */
  async *stream(request: ApiRequest, options: StreamOptions): AsyncGenerator<Buffer> {
    const scope = new AbortScope(options.signal);
    const opening = this.#succeed(this.#watches, request, scope.signal);
    try {
      const { body } = await this.#inTime(scope, this.#limitOf(request, options), opening);
      options.onOpen?.();
      yield* body;
    } catch (error) {
      throw this.#explain(request, error, scope.signal);
    } finally {
      scope.leave();
    }
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await Promise.all([this.#requests.destroy(), this.#watches.destroy()]);
  }

  /** Waits until the rate allows one more request; the time limit of the request begins then. */
  async #turn(signal: AbortSignal): Promise<void> {
    if (this.#bucket !== undefined) await this.#props.clock.sleep(this.#bucket.reserve(), signal);
  }

  #limitOf(request: ApiRequest, { timeoutMs = defaultTimeoutMs }: RequestOptions): TimeLimit {
    return { timeoutMs, error: () => new TimeoutError(`${this.#name(request)}: no answer within ${timeoutMs} ms`) };
  }

  async #inTime<T>(scope: AbortScope, limit: TimeLimit, work: Promise<T>): Promise<T> {
    const alarm = new AbortScope();
    void this.#props.clock.sleep(limit.timeoutMs, alarm.signal).then(
      () => scope.abort(limit.error()),
      () => {},
    );
    try {
      return await work;
    } finally {
      alarm.leave();
    }
  }

  /** A refused token may have been replaced since it was read: the request is sent once more with the new one. */
  async #succeed(dispatcher: Dispatcher, request: ApiRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const response = await this.#attempt(dispatcher, request, signal);
    if (response.statusCode < 300) return response;
    const refusal = await toRefusal(response);
    if (!isUnauthorized(refusal) || !(await this.#connection.credentials.renew())) throw refusal;
    this.#props.observer.retried?.(request.method, String(response.statusCode));
    const second = await this.#attempt(dispatcher, request, signal);
    if (second.statusCode < 300) return second;
    throw await toRefusal(second);
  }

  async #attempt(dispatcher: Dispatcher, request: ApiRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { method, path, query = new URLSearchParams(), accept = json, contentType = json } = request;
    const credentials = await this.#connection.credentials.headers();
    const { clock, observer, userAgent, mayWrite } = this.#props;
    if (method !== 'GET' && !mayWrite())
      throw new WriteRefusedError(`${this.#name(request)}: not sent, this process may not write now`);
    const startedAt = clock.now();
    let code = '<error>';
    try {
      const response = await dispatcher.request({
        method,
        path: `${this.#basePath}${path}${query.size > 0 ? `?${query.toString()}` : ''}`,
        headers: { ...credentials, accept, 'content-type': contentType, 'user-agent': userAgent },
        body: request.body === undefined ? null : JSON.stringify(request.body),
        signal,
      });
      code = String(response.statusCode);
      return response;
    } finally {
      observer.requested(method, code, (clock.now() - startedAt) / 1000);
    }
  }

  #name({ method, path }: ApiRequest): string {
    return `${method} ${this.#connection.server}${path}`;
  }

  #explain(request: ApiRequest, error: unknown, signal: AbortSignal): unknown {
    if (signal.aborted) return signal.reason;
    if (error instanceof ApiError || error instanceof WriteRefusedError) return error;
    const code = codeOf(error);
    return new ConnectionError(`${this.#name(request)}: ${messageOf(error) || code}`, code, error);
  }
}

interface TimeLimit {
  readonly timeoutMs: number;
  error(this: void): Error;
}

async function toRefusal({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<ApiError> {
  return toApiError(statusCode, await body.text(), [headers['retry-after']].flat()[0]);
}
