import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Transform } from 'node:stream';
import type { Pool } from 'undici';
import type { Usage } from '../budget/policy.ts';
import { AnswerParts } from './answer-parts.ts';
import type { UsageReader } from './usage-reader.ts';

/** Of one connection, and none of the model's business (RFC 9110, 7.6.1); the body has a length of its own. */
const ownHeaders = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'expect',
  'content-length',
]);

export interface Forwarding {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
  /** Undefined for a request that asks no model. */
  readonly reader: UsageReader | undefined;
  readonly pool: Pool;
  readonly signal: AbortSignal;
}

/** What a call used: `undefined` where nobody knows. */
export type Used = Usage | undefined;

const none: Usage = { input: 0, output: 0 };

/**
 * Passes a request on, and its answer back as it comes.
 * @returns what it used; rejects with an Unreached where the model was never asked
 */
export async function forward({ body, pool, reader, request, response, signal }: Forwarding): Promise<Used> {
  const { body: answer, headers, statusCode } = await ask({ body, pool, request, signal });
  response.writeHead(statusCode, passedOn(headers));
  const parts = new AnswerParts(textOf(headers['content-type']), (part) => reader?.take(part));
  const watch = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      parts.push(chunk);
      done(null, chunk);
    },
  });
  await pipeline(answer, watch, response, { signal });
  parts.end();
  return statusCode >= 400 ? none : reader?.usage();
}

/** The model has not been asked. */
export class Unreached extends Error {
  override readonly name = 'Unreached';
}

const unreached = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT/;

async function ask({ body, pool, request, signal }: Pick<Forwarding, 'body' | 'pool' | 'request' | 'signal'>) {
  const headers = { ...passedOn(request.headers), 'accept-encoding': 'identity' };
  try {
    const { method = 'GET', url: path = '/' } = request;
    return await pool.request({ method, path, headers, body: body.byteLength === 0 ? null : body, signal });
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
    throw unreached.test(code) ? new Unreached(code) : error;
  }
}

type Headers = Record<string, string | string[]>;

function passedOn(headers: IncomingHttpHeaders): Headers {
  return Object.fromEntries(
    Object.entries(headers).filter(
      (one): one is [string, string | string[]] => one[1] !== undefined && !ownHeaders.has(one[0]),
    ),
  );
}

const textOf = (header: string | string[] | undefined): string => (typeof header === 'string' ? header : '');
