import { text } from 'node:stream/consumers';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type Dispatcher, request as send } from 'undici';

/** The server behind the proxy. */
export interface Upstream {
  readonly url: string;
  readonly dispatcher: Dispatcher;
}

/** Headers that belong to one connection and are made anew on the next. */
const hopHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host', 'expect']);

export function endToEnd(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || hopHeaders.has(name) ? [] : [[name, value]],
    ),
  );
}

/** Passes a request on, whole. */
export async function forward(
  { url, dispatcher }: Upstream,
  request: IncomingMessage,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const body = await text(request);
  return send(`${url}${request.url}`, {
    dispatcher,
    method: request.method ?? 'GET',
    headers: endToEnd(request.headers),
    body: body === '' ? null : body,
    signal,
    // a watch is silent for as long as nothing happens
    bodyTimeout: 0,
  });
}
