import { createServer, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';

const chat = z.object({
  model: z.string(),
  stream: z.boolean(),
  options: z.object({ temperature: z.number(), num_predict: z.number() }),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
});

/** A question that the server was asked. */
export type Chat = z.output<typeof chat>;

/** Speaks ollama's API (https://docs.ollama.com/api/chat): an answer in pieces, one JSON object a line. */
export class OllamaStandIn {
  readonly chats: Chat[] = [];
  /** What it does with the next questions; it answers when there is none left. */
  readonly troubles: ((response: ServerResponse) => void)[] = [];
  readonly #server: Server;

  static async start(): Promise<OllamaStandIn> {
    const standIn = new OllamaStandIn();
    await new Promise<void>((resolve) => standIn.#server.listen(0, '127.0.0.1', resolve));
    return standIn;
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (request.url !== '/api/chat') {
          response.writeHead(404).end();
          return;
        }
        const asked = chat.parse(JSON.parse(Buffer.concat(chunks).toString()));
        this.chats.push(asked);
        const trouble = this.troubles.shift();
        if (trouble === undefined) answer(response, asked);
        else trouble(response);
      });
    });
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** Echoes the last message, cut within lines and within a character of several bytes. */
function answer(response: ServerResponse, { messages, model }: Chat): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  const said = `You said: ${messages.at(-1)?.content ?? ''} ✓`;
  const lines = said
    .split(' ')
    .map((word, index) => (index === 0 ? word : ` ${word}`))
    .map((content) => pieceOf(model, content));
  const last = { model, message: { role: 'assistant', content: '' }, done: true, prompt_eval_count: 11, eval_count: 7 };
  const bytes = Buffer.from(`${lines.join('')}${JSON.stringify(last)}\n`);
  for (let at = 0; at < bytes.length; at += 37) response.write(bytes.subarray(at, at + 37));
  response.end();
}

/** A line with a piece of an answer that goes on. */
export const pieceOf = (model: string, content: string): string =>
  `${JSON.stringify({ model, created_at: '2026-01-01T00:00:00Z', message: { role: 'assistant', content }, done: false })}\n`;
