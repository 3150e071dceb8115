import { createServer } from 'node:http';
import { z } from 'zod';
import { findFreePorts } from '../cluster/free-ports.ts';

const attribute = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) });

const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: z.array(attribute),
  status: z.object({ code: z.number().optional(), message: z.string().optional() }).optional(),
});

const exportRequest = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attribute) }),
      scopeSpans: z.array(z.object({ spans: z.array(span) })),
    }),
  ),
});

export type Span = z.output<typeof span>;

export interface SpanReceiver {
  readonly url: string;
  readonly spans: readonly Span[];
  /** Attributes of the resources that came, as text. */
  readonly resource: ReadonlyMap<string, string>;
  readonly headers: ReadonlyMap<string, string>;
  close(this: void): void;
}

/** An OTLP receiver over HTTP that takes JSON and keeps all. */
export async function receiveSpans(): Promise<SpanReceiver> {
  const [port = 0] = await findFreePorts(1);
  const spans: Span[] = [];
  const resource = new Map<string, string>();
  const headers = new Map<string, string>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
      const { resourceSpans } = exportRequest.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
      for (const one of resourceSpans) {
        for (const { key, value } of one.resource.attributes) resource.set(key, String(value['stringValue']));
        spans.push(...one.scopeSpans.flatMap((scope) => scope.spans));
      }
      response.writeHead(request.url === '/v1/traces' ? 200 : 404, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  // a test that fails closes nothing
  server.unref();
  return { url: `http://127.0.0.1:${port}`, spans, resource, headers, close: () => void server.close() };
}

/** Value of an attribute, of whatever type. */
export function attributeOf({ attributes }: Span, wanted: string): unknown {
  const found = attributes.find(({ key }) => key === wanted);
  return found === undefined ? undefined : Object.values(found.value)[0];
}
