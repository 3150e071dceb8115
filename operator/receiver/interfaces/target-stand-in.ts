import { createServer, type Server, type ServerResponse } from 'node:http';

/** A function or an agent for tests: keeps what it was sent, and answers as a test says. */
export class TargetStandIn {
  readonly events: unknown[] = [];
  /** What it does with the next events; it never answers one for which nothing is said. */
  readonly answers: ((response: ServerResponse) => void)[] = [];
  readonly #server: Server;

  static async start(): Promise<TargetStandIn> {
    const standIn = new TargetStandIn();
    await new Promise<void>((resolve) => standIn.#server.listen(0, '127.0.0.1', resolve));
    return standIn;
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.events.push(JSON.parse(Buffer.concat(chunks).toString()));
        this.answers.shift()?.(response);
      });
    });
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}/`;
  }

  answer(status: number, headers: Readonly<Record<string, string>>, body: unknown): void {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    this.answers.push((response) => response.writeHead(status, headers).end(text));
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
