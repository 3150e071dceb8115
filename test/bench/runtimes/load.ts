import { connect, type Socket } from 'node:net';

export interface Load {
  readonly perSecond: number;
  /** Each from the first byte sent to the last one received. */
  readonly latenciesMs: readonly number[];
}

const headEnd = '\r\n\r\n';

/** What is sent again and again, and the status of a good answer. */
export interface LoadRequest {
  readonly bytes: Buffer;
  readonly status: number;
}

/** The bytes of a JSON POST. */
export function jsonPost(headers: Readonly<Record<string, string>>, data: unknown): Buffer {
  const body = JSON.stringify(data);
  const lines = [
    'POST / HTTP/1.1',
    'host: function.test',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.from(`${lines.join('\r\n')}${headEnd}${body}`);
}

/** A connection that sends one request at a time; a client costs so little that the server is what is measured. */
class Caller {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #settle: ((error?: Error) => void) | undefined;

  readonly #request: LoadRequest;

  constructor(port: number, request: LoadRequest) {
    this.#request = request;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.on('error', (error) => this.#settle?.(error));
  }

  /** @returns milliseconds until the answer is whole */
  async call(): Promise<number> {
    const startedAt = performance.now();
    await new Promise<void>((resolve, reject) => {
      this.#settle = (error) => (error === undefined ? resolve() : reject(error));
      this.#socket.write(this.#request.bytes);
    });
    return performance.now() - startedAt;
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf(headEnd);
    if (end < 0) return;
    const [, length = ''] = /content-length: (\d+)/i.exec(this.#received.toString('latin1', 0, end)) ?? [];
    if (this.#received.length < end + headEnd.length + Number(length)) return;
    const status = this.#received.toString('latin1', 9, 12);
    const expected = String(this.#request.status);
    this.#received = Buffer.alloc(0);
    this.#settle?.(status === expected ? undefined : new Error(`the answer is ${status}, not ${expected}`));
  }
}

/** Requests under way when a server is loaded fully. */
export const fullLoad = 32;

/** As many requests as the server takes, over some connections. */
export async function loadFully(port: number, request: LoadRequest, requests: number): Promise<Load> {
  const callers = Array.from({ length: fullLoad }, () => new Caller(port, request));
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  let left = requests;
  await Promise.all(
    callers.map(async (caller) => {
      for (; left > 0; left -= 1) latenciesMs.push(await caller.call());
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  callers.forEach((caller) => caller.close());
  return { perSecond: latenciesMs.length / seconds, latenciesMs };
}

const tickMs = 1;

/** So many requests each second, whether or not those before are answered. */
export async function loadSteadily(
  port: number,
  request: LoadRequest,
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<readonly number[]> {
  const idle = Array.from({ length: 64 }, () => new Caller(port, request));
  const calls: Promise<number>[] = [];
  const startedAt = performance.now();
  const callOnce = async (): Promise<number> => {
    const caller = idle.pop() ?? new Caller(port, request);
    const latency = await caller.call();
    idle.push(caller);
    return latency;
  };
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const elapsed = Math.min((performance.now() - startedAt) / 1000, seconds);
      while (calls.length < elapsed * perSecond) calls.push(callOnce());
      if (elapsed < seconds) return;
      clearInterval(timer);
      resolve();
    }, tickMs);
  });
  const latencies = await Promise.all(calls);
  idle.forEach((caller) => caller.close());
  return latencies;
}
