import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Agent } from './agent.ts';
import { type CloudEvent, parseEvent } from './cloud-event.ts';
import type { ModelMetrics } from './model-metrics.ts';
import { ModelError } from './ollama.ts';

const mostBytes = 1_048_576;

interface Parts {
  readonly agent: Agent;
  readonly metrics: ModelMetrics;
  /** Told what became of each request; never of what was said. */
  readonly log: (line: Readonly<Record<string, string | number>>) => void;
}

/** Takes events by POST; the reply to one is the answer, which the Broker publishes. */
export function buildServer({ agent, log, metrics }: Parts): Server {
  return createServer((request, response) => {
    void serve(request, response).catch((error: unknown) => {
      log({ level: 'error', msg: 'request failed', error: error instanceof Error ? error.name : 'unknown' });
      if (!response.headersSent) end(response, 500);
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET' && request.url === '/health') return end(response, 200, 'ok\n');
    if (request.method === 'GET' && request.url === '/metrics') return end(response, 200, metrics.render());
    if (request.method !== 'POST') return end(response, 405);
    const body = await readBody(request);
    const event = body === undefined ? undefined : parseEvent(request.headers, body);
    if (event === undefined) return end(response, 400, 'needed a CloudEvent of up to 1 MiB\n');
    await answer(event, response);
  }

  async function answer(event: CloudEvent, response: ServerResponse): Promise<void> {
    const about = { event_id: event.id, event_type: event.type, event_source: event.source };
    try {
      const handled = await agent.handle(event);
      log({ level: 'info', msg: handled.kind, ...about });
      if (handled.kind === 'reply') return sendEvent(response, handled.event);
      return end(response, 204);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      // a Broker tries 503 again, and drops what answers 4xx
      log({ level: 'warn', msg: error.message, ...about });
      return end(response, 503, `${error.message}\n`);
    }
  }
}

function sendEvent(response: ServerResponse, { attributes, data, id, source, type }: CloudEvent): void {
  const all = { specversion: '1.0', id, source, type, ...attributes };
  const headers = Object.entries(all).map(([name, value]) => [`ce-${name}`, encodeURI(value)] as const);
  response.writeHead(200, { ...Object.fromEntries(headers), 'content-type': 'application/json' });
  response.end(JSON.stringify(data));
}

const end = (response: ServerResponse, status: number, text = ''): void => void response.writeHead(status).end(text);

/** Undefined for a body that is too large. */
async function readBody(request: AsyncIterable<Buffer>): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= mostBytes) chunks.push(chunk);
  }
  return bytes <= mostBytes ? Buffer.concat(chunks).toString() : undefined;
}
