import { connect, type Socket } from 'node:net';
import type { WireRequest } from './request.ts';

export interface WireResponse {
  readonly status: number;
  /** By name in lower case; a header that comes twice is joined by `, `. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** What came back: `closed` where the connection ended without a whole answer. */
export type WireAnswer = { readonly kind: 'answer'; readonly response: WireResponse } | { readonly kind: 'closed' };

/** Fails when there was no answer. */
export function responseOf(answer: WireAnswer): WireResponse {
  if (answer.kind === 'closed') throw new Error('the connection was closed without an answer');
  return answer.response;
}

const newline = '\r\n';
const patienceMs = 45_000;

/** The bytes of a request. */
export function toBytes({ method, path, headers, body, framing }: WireRequest): Buffer {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'host: function.test',
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(framing === 'chunked' ? ['transfer-encoding: chunked'] : []),
    ...(framing === 'length' ? [`content-length: ${body.length}`] : []),
  ];
  const head = Buffer.from(`${lines.join(newline)}${newline}${newline}`, 'latin1');
  return Buffer.concat([head, framing === 'chunked' ? toChunks(body) : body]);
}

function toChunks(body: Uint8Array): Buffer {
  const half = Math.ceil(body.length / 2);
  const parts = [body.subarray(0, half), body.subarray(half)].filter((part) => part.length > 0);
  const chunks = parts.flatMap((part) => [Buffer.from(`${part.length.toString(16)}${newline}`), part, newline]);
  return Buffer.concat([...chunks, `0${newline}${newline}`].map((part) => Buffer.from(part)));
}

/** Sends bytes on a connection of their own and waits for one answer. */
export async function sendBytes(port: number, bytes: Uint8Array): Promise<WireAnswer> {
  const connection = await openConnection(port);
  try {
    return await connection.exchange(bytes);
  } finally {
    connection.close();
  }
}

export interface Connection {
  /** Writes bytes and waits for no answer. */
  write(this: void, bytes: Uint8Array): void;
  /** Writes bytes and waits for the next answer. */
  exchange(this: void, bytes: Uint8Array): Promise<WireAnswer>;
  close(this: void): void;
}

/** Fails when nobody listens. */
export function openConnection(port: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      // a connection that is reset is seen as its end
      socket.on('error', () => undefined);
      resolve({
        write: (bytes) => void socket.write(bytes),
        exchange: (bytes) => {
          const answer = nextAnswer(socket, isHead(bytes));
          socket.write(bytes);
          return answer;
        },
        close: () => socket.destroy(),
      });
    });
  });
}

/** An answer to HEAD says how long its body would be, and has none. */
const isHead = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, 5)).toString('latin1') === 'HEAD ';

function nextAnswer(socket: Socket, withoutBody: boolean): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const finish = (answer: WireAnswer | Error): void => {
      clearTimeout(timer);
      socket.off('data', read).off('close', end);
      if (answer instanceof Error) reject(answer);
      else resolve(answer);
    };
    const read = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      const response = parseResponse(received, withoutBody);
      if (response !== undefined) finish({ kind: 'answer', response });
    };
    const end = (): void => finish({ kind: 'closed' });
    const timer = setTimeout(
      () => finish(new Error(`no answer after ${patienceMs} ms; received ${received.length} bytes`)),
      patienceMs,
    );
    socket.on('data', read).on('close', end);
    if (socket.destroyed) end();
  });
}

/** The answer, once all of it is there. Answers of a wrapper always have a Content-Length. */
function parseResponse(bytes: Buffer, withoutBody: boolean): WireResponse | undefined {
  const headEnd = bytes.indexOf(`${newline}${newline}`);
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...headerLines] = bytes.subarray(0, headEnd).toString('latin1').split(newline);
  const status = Number(statusLine.split(' ')[1]);
  const rest = bytes.subarray(headEnd + 2 * newline.length);
  if (status === 100) return parseResponse(rest, withoutBody);
  const headers = new Map<string, string>();
  for (const line of headerLines) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase();
    const value = line.slice(line.indexOf(':') + 1).trim();
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value);
  }
  const length = withoutBody ? 0 : Number(headers.get('content-length') ?? '0');
  return rest.length < length ? undefined : { status, headers, body: rest.subarray(0, length) };
}
