import { connect } from 'node:net';

/** The bytes that a server answers to these bytes on one connection, until it ends it. For tests: nothing mends what is sent. */
export function exchange(port: number, request: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.on('error', reject);
  });
}

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends one request with these header lines as they are. */
export async function send(
  port: number,
  [method, path]: readonly [string, string],
  headers: readonly string[],
  body = '',
): Promise<RawAnswer> {
  const lines = [`${method} ${path} HTTP/1.1`, 'host: test', 'connection: close', ...headers];
  const length = body === '' ? [] : [`content-length: ${Buffer.byteLength(body)}`];
  const text = await exchange(port, [...lines, ...length, '', body].join('\r\n'));
  const [head = '', ...rest] = text.split('\r\n\r\n');
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]),
    head: head.toLowerCase(),
    body: rest.join('\r\n\r\n'),
  };
}
