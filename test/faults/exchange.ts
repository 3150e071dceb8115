import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { type ExchangeFaultKind, isRefusal, type RefusalKind, refusals, type Traffic, trafficOf } from './fault.ts';
import type { FaultPlan } from './fault-plan.ts';
import { refusalBody, refusalHeaders } from './refusal.ts';
import { endToEnd, forward, type Upstream } from './upstream.ts';
import { WatchRelay } from './watch-relay.ts';

export interface ExchangeProps {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly upstream: Upstream;
  readonly plan: FaultPlan;
  /** Aborted when the client has gone. */
  readonly gone: AbortSignal;
}

const slowPieces = 8;
const slowPieceMs = 40;

/** One request, and its answer or what goes wrong instead. Rejects where the server does not answer. */
export async function exchange(props: ExchangeProps): Promise<void> {
  const { request, response, upstream, plan, gone } = props;
  const traffic = trafficOf(request.method ?? 'GET', new URL(request.url ?? '/', 'http://proxy'));
  const fault = plan.nextExchange(traffic);
  if (fault === undefined) return relay(await forward(upstream, request, gone), traffic, props);
  const { kind, at } = fault;
  if (kind === 'drop-request') return void response.destroy();
  // the client has to end it
  if (kind === 'stall-request') return;
  if (isRefusal(kind)) return refuse(response, kind);
  await spoil[kind](response, await forward(upstream, request, gone), at);
}

async function relay(answer: Dispatcher.ResponseData, traffic: Traffic, props: ExchangeProps): Promise<void> {
  const { response, plan, gone } = props;
  response.writeHead(answer.statusCode, endToEnd(answer.headers));
  if (traffic === 'watch' && answer.statusCode === 200) return new WatchRelay(response, plan, gone).relay(answer.body);
  response.end(await readBody(answer));
}

function refuse(response: ServerResponse, kind: RefusalKind): void {
  response.writeHead(refusals[kind].status, refusalHeaders(kind)).end(JSON.stringify(refusalBody(kind)));
}

/** The answer is read, so that the connection to the server can be used again. */
async function dropAnswer(response: ServerResponse, answer: Dispatcher.ResponseData): Promise<void> {
  await answer.body.dump();
  response.destroy();
}

function cutHeaders(response: ServerResponse, _answer: Dispatcher.ResponseData, at: number): void {
  const headers = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-cache\r\n';
  const { socket } = response;
  socket?.write(headers.slice(0, 1 + Math.floor(at * (headers.length - 1))), () => socket.destroy());
}

async function cutBody(response: ServerResponse, answer: Dispatcher.ResponseData, at: number): Promise<void> {
  const body = await readBody(answer);
  response.writeHead(answer.statusCode, { ...endToEnd(answer.headers), 'content-length': body.length });
  response.write(body.subarray(0, 1 + Math.floor(at * (body.length - 2))), () => response.destroy());
}

async function answerSlowly(response: ServerResponse, answer: Dispatcher.ResponseData): Promise<void> {
  const body = await readBody(answer);
  response.writeHead(answer.statusCode, endToEnd(answer.headers));
  const size = Math.ceil(body.length / slowPieces);
  for (let start = 0; start < body.length; start += size) {
    response.write(body.subarray(start, start + size));
    await sleep(slowPieceMs);
  }
  response.end();
}

/** What the server has carried out, but the client is not told whole. */
const spoil = {
  'drop-answer': dropAnswer,
  'cut-headers': cutHeaders,
  'cut-body': cutBody,
  'slow-body': answerSlowly,
} as const satisfies Partial<
  Record<
    ExchangeFaultKind,
    (response: ServerResponse, answer: Dispatcher.ResponseData, at: number) => void | Promise<void>
  >
>;

const readBody = async ({ body }: Dispatcher.ResponseData): Promise<Buffer> => Buffer.from(await body.arrayBuffer());
