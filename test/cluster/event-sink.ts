import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { sentEventFaults } from '../../operator/lifecycle/sent-event-faults.ts';
import { type CloudEventV1, HTTP } from 'cloudevents';

/** A receiver of CloudEvents that can be down. */
export class EventSink {
  /** Those that were taken, as the SDK reads them. */
  readonly taken: CloudEventV1<unknown>[] = [];
  /** What breaks the schema of its type. */
  readonly faults: string[] = [];
  isDown = true;
  refused = 0;
  readonly #server: Server;

  static async start(): Promise<EventSink> {
    const sink = new EventSink();
    sink.#server.listen(0, '127.0.0.1');
    await once(sink.#server, 'listening');
    return sink;
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request).then((status) => response.writeHead(status).end());
    });
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage): Promise<number> {
    const body = await text(request);
    if (this.isDown) {
      this.refused += 1;
      return 503;
    }
    const events = [HTTP.toEvent<unknown>({ headers: request.headers, body })].flat();
    this.faults.push(...events.flatMap(({ data, type }) => sentEventFaults(type, data)));
    this.taken.push(...events);
    return 202;
  }
}
