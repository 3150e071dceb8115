import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { MemoryObjects } from '../../operator/receiver/dead-letters/memory-objects.ts';

const bucket = 'code';
const address = z.object({ port: z.number() });

/** Behind the bucket, whatever it is called. */
const keyOf = ({ pathname }: URL): string => decodeURIComponent(pathname.split('/').slice(2).join('/'));

const tagOf = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;

/** A bucket behind the S3 protocol, which a test can take away. */
export class ObjectServer {
  readonly objects = new MemoryObjects();
  /** Put in by a test: 503, or no answer at all until it is up again. */
  state: 'up' | 'down' | 'silent' = 'up';
  readonly #server: Server;
  readonly #waiting: { readonly method: string; readonly release: () => void }[] = [];

  static async start(): Promise<ObjectServer> {
    const server = new ObjectServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${address.parse(this.#server.address()).port}`;
  }

  readonly bucket = bucket;

  /** Objects that have arrived and are not written yet. */
  get waitingWrites(): number {
    return this.#waiting.filter(({ method }) => method === 'PUT').length;
  }

  up(): void {
    this.state = 'up';
    for (const { release } of this.#waiting.splice(0)) release();
  }

  async stop(): Promise<void> {
    this.up();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(z.instanceof(Buffer).parse(chunk));
    const { method = '' } = request;
    if (this.state === 'silent') await new Promise<void>((release) => this.#waiting.push({ method, release }));
    if (this.state === 'down') {
      response.writeHead(503).end();
      return;
    }
    const url = new URL(request.url ?? '', 'http://store');
    const prefix = url.searchParams.get('prefix');
    if (prefix !== null) return this.#list(prefix, response);
    return this.#object(request, keyOf(url), Buffer.concat(chunks), response);
  }

  async #list(prefix: string, response: ServerResponse): Promise<void> {
    const keys = (await this.objects.list(prefix)).map((key) => `<Contents><Key>${key}</Key></Contents>`);
    response.end(`<ListBucketResult>${keys.join('')}</ListBucketResult>`);
  }

  /** Whether an object is as a write wants it; what is written is there before the next request is looked at. */
  #isMet({ headers }: IncomingMessage, key: string): boolean {
    const found = this.objects.objects.get(key);
    if (headers['if-none-match'] === '*') return found === undefined;
    const wanted = headers['if-match'];
    return wanted === undefined || (found !== undefined && tagOf(found) === wanted);
  }

  async #object(request: IncomingMessage, key: string, body: Buffer, response: ServerResponse): Promise<void> {
    switch (request.method) {
      case 'PUT':
        if (!this.#isMet(request, key)) {
          response.writeHead(412).end();
          return;
        }
        await this.objects.put(key, body);
        response.end();
        return;
      case 'DELETE':
        await this.objects.remove(key);
        response.writeHead(204).end();
        return;
      default:
        await this.#read(request.headers.range ?? '', key, response);
    }
  }

  async #read(wanted: string, key: string, response: ServerResponse): Promise<void> {
    const { end, start } = /^bytes=(?<start>\d+)-(?<end>\d+)$/.exec(wanted)?.groups ?? {};
    const range = start === undefined || end === undefined ? undefined : { start: Number(start), end: Number(end) + 1 };
    const found = await this.objects.get(key, range);
    const foundStatus = range === undefined ? 200 : 206;
    const etag = found === undefined ? {} : { etag: tagOf(found) };
    response.writeHead(found === undefined ? 404 : foundStatus, etag).end(found);
  }
}
