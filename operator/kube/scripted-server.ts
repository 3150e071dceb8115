import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KubernetesObject } from './object.ts';
import type { Resource } from './resource.ts';

export interface Widget extends KubernetesObject {
  readonly spec: { readonly size: number };
}

export const widgets: Resource<Widget> = {
  group: 'example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  namespaced: true,
};

/** What happens to the next request in place of its answer. */
export type Mishap =
  | { readonly kind: 'refusal'; readonly status: number; readonly reason?: string; readonly retryAfterSeconds?: number }
  | { readonly kind: 'text'; readonly status: number; readonly text: string }
  | { readonly kind: 'drop' }
  | { readonly kind: 'drop within the body' }
  | { readonly kind: 'end at once' }
  | { readonly kind: 'silence' };

interface StoredEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly object: Widget;
}

interface Watch {
  readonly response: ServerResponse;
  readonly namespace: string | undefined;
  deaf: boolean;
}

/** An API server of one kind over plain HTTP for tests, that misbehaves when it is told to. */
export class ScriptedServer {
  readonly objects = new Map<string, Widget>();
  /** Paths with queries, in the order in which they came. */
  readonly requests: URL[] = [];
  readonly #server: Server;
  readonly #watches = new Set<Watch>();
  readonly #mishaps: Mishap[] = [];
  readonly #snapshots = new Map<string, readonly Widget[]>();
  #history: StoredEvent[] = [];
  #version = 100;
  #oldest = 100;

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async start(): Promise<ScriptedServer> {
    const server = new ScriptedServer();
    await new Promise<void>((resolve) => {
      server.#server.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${addressOf(this.#server).port}`;
  }

  get version(): string {
    return String(this.#version);
  }

  /** Watches that are open. */
  get watches(): number {
    return this.#watches.size;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#server.closeAllConnections();
    await closed;
  }

  /** Makes the object, or changes it; watches are told. */
  put(key: string, size = 0): void {
    this.#record(this.#nextPut(key, size));
  }

  remove(key: string): void {
    const event = this.#nextRemoval(key);
    if (event !== undefined) this.#record(event);
  }

  /** Two changes, of which watches hear in the wrong order. */
  putReordered(one: string, other: string): void {
    this.#recordReordered([this.#nextPut(one, 1), this.#nextPut(other, 2)]);
  }

  /** A change and then the end of an object, of which watches hear in the wrong order. */
  removeReordered(key: string): void {
    const change = this.#nextPut(key, 1);
    const removal = this.#nextRemoval(key);
    this.#recordReordered(removal === undefined ? [change] : [change, removal]);
  }

  repeatLast(count: number): void {
    for (const event of this.#history.slice(-count)) this.#tell(event);
  }

  bookmark(version = this.version): void {
    const object = { kind: 'Widget', apiVersion: 'example.com/v1', metadata: { resourceVersion: version } };
    for (const watch of this.#watches) this.#write(watch, JSON.stringify({ type: 'BOOKMARK', object }));
  }

  /** Forgets what led to the present: a watch from before is refused, and so is the next page of a list. */
  compact(): void {
    this.#oldest = this.#version;
    this.#history = [];
    this.#snapshots.clear();
  }

  /** The next request meets this; several meet theirs one after the other. */
  next(...mishaps: readonly Mishap[]): void {
    this.#mishaps.push(...mishaps);
  }

  /** Sends each watch a line of whatever content. */
  sendLine(line: string): void {
    for (const watch of this.#watches) this.#write(watch, line);
  }

  endWatches(how: 'well' | 'broken' | 'within a line'): void {
    for (const { response } of this.#watches) {
      if (how === 'within a line') response.write('{"type":"MODIFIED","object":{"meta');
      if (how === 'well') response.end();
      else response.socket?.end();
    }
    this.#watches.clear();
  }

  /** The watches of now stay open and hear nothing more, as when a connection dies unnoticed. */
  silenceWatches(): void {
    for (const watch of this.#watches) watch.deaf = true;
  }

  #nextPut(key: string, size: number): StoredEvent {
    const [namespace = '', name = ''] = key.split('/');
    const before = this.objects.get(key);
    const version = (this.#version += 1);
    const uid = before?.metadata.uid ?? `uid-${version}`;
    const metadata = { namespace, name, uid, resourceVersion: String(version), creationTimestamp: '' };
    const object = { apiVersion: 'example.com/v1', kind: 'Widget', metadata, spec: { size } };
    this.objects.set(key, object);
    return { type: before === undefined ? 'ADDED' : 'MODIFIED', version, object };
  }

  #nextRemoval(key: string): StoredEvent | undefined {
    const before = this.objects.get(key);
    if (before === undefined) return undefined;
    const version = (this.#version += 1);
    this.objects.delete(key);
    const object = { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } };
    return { type: 'DELETED', version, object };
  }

  #record(event: StoredEvent): void {
    this.#history.push(event);
    this.#tell(event);
  }

  #recordReordered(events: readonly StoredEvent[]): void {
    this.#history.push(...events);
    for (const event of events.toReversed()) this.#tell(event);
  }

  #tell(event: StoredEvent): void {
    for (const watch of this.#watches) this.#writeEvent(watch, event);
  }

  #writeEvent(watch: Watch, { type, object }: StoredEvent): void {
    const isAskedFor = watch.namespace === undefined || watch.namespace === object.metadata.namespace;
    if (isAskedFor) this.#write(watch, JSON.stringify({ type, object }));
  }

  #write(watch: Watch, line: string): void {
    if (!watch.deaf) watch.response.write(`${line}\n`);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://server');
    this.requests.push(url);
    const mishap = this.#mishaps.shift();
    if (mishap !== undefined) misbehave(mishap, response);
    else if (url.searchParams.has('watch')) this.#watch(url, response);
    else this.#list(url, response);
  }

  #list(url: URL, response: ServerResponse): void {
    const [id = this.version, start = '0'] = url.searchParams.get('continue')?.split(':') ?? [];
    if (url.searchParams.has('continue') && !this.#snapshots.has(id)) return refuse(response, 410, 'Expired');
    const namespace = namespaceOf(url);
    const isIn = (widget: Widget): boolean => namespace === undefined || widget.metadata.namespace === namespace;
    const all = this.#snapshots.get(id) ?? [...this.objects.values()].filter(isIn);
    const end = Number(start) + Number(url.searchParams.get('limit'));
    const isLast = end >= all.length;
    if (!isLast) this.#snapshots.set(id, all);
    const metadata = { resourceVersion: id, ...(isLast ? {} : { continue: `${id}:${end}` }) };
    reply(response, 200, { kind: 'WidgetList', metadata, items: all.slice(Number(start), end) });
  }

  #watch(url: URL, response: ServerResponse): void {
    const from = Number(url.searchParams.get('resourceVersion'));
    if (from < this.#oldest) return refuse(response, 410, 'Expired');
    const watch = { response, namespace: namespaceOf(url), deaf: false };
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    for (const event of this.#history) if (event.version > from) this.#writeEvent(watch, event);
    this.#watches.add(watch);
    response.once('close', () => this.#watches.delete(watch));
  }
}

function misbehave(mishap: Mishap, response: ServerResponse): void {
  switch (mishap.kind) {
    case 'refusal':
      if (mishap.retryAfterSeconds !== undefined) response.setHeader('retry-after', mishap.retryAfterSeconds);
      return refuse(response, mishap.status, mishap.reason ?? '');
    case 'text':
      return void response.writeHead(mishap.status, { 'content-type': 'text/plain' }).end(mishap.text);
    case 'drop':
      return void response.destroy();
    case 'drop within the body':
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"kind":"WidgetList","metadata":{"resou');
      return void response.socket?.end();
    case 'end at once':
      return void response.writeHead(200).end();
    case 'silence':
  }
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  reply(response, status, { kind: 'Status', code: status, reason, message: `refused with ${status} ${reason}` });
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const namespaceOf = ({ pathname }: URL): string | undefined => /\/namespaces\/([^/]+)/.exec(pathname)?.[1];

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return address;
}
