import { once } from 'node:events';
import { createServer } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { noTracing, startTracing, type Tracing } from './trace.ts';

const attribute = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) });
const exported = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attribute) }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              name: z.string(),
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              attributes: z.array(attribute),
              status: z.object({ code: z.number(), message: z.string().optional() }),
            }),
          ),
        }),
      ),
    }),
  ),
});
type Exported = z.output<typeof exported>['resourceSpans'][number];

const program = {
  name: 'knative-lambda-operator',
  namespace: 'knative-lambda',
  version: '1.2.3',
  environment: 'dev',
  cluster: 'tiers',
  pod: 'operator-0',
  podNamespace: 'knative-lambda-dev',
};

/** A collector that keeps what it is sent. */
class Collector {
  path = '';
  readonly received: Exported[] = [];
  status = 200;
  readonly #server = createServer((request, response) => {
    this.path = request.url ?? '';
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      this.received.push(...exported.parse(JSON.parse(body)).resourceSpans);
      response.writeHead(this.status).end('{}');
    });
  });

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get spans(): Exported['scopeSpans'][number]['spans'] {
    return this.received.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  }
}

describe('tracing', () => {
  const collector = new Collector();
  const failures: Error[] = [];
  let endpoint: string;

  beforeAll(async () => {
    endpoint = await collector.start();
  });
  afterAll(() => collector.stop());
  beforeEach(() => {
    collector.received.length = 0;
    collector.status = 200;
    failures.length = 0;
  });

  const start = (ratio: number): Promise<Tracing> =>
    startTracing({ kind: 'otlp', endpoint, ratio, program }, (error) => void failures.push(error));

  test('sends spans that say whose they are, children below their parent', async () => {
    const tracing = await start(1);
    const ids = await tracing.span('reconcile', { controller: 'lambdafunction' }, async (outer) => {
      await nextTurn();
      await tracing.span('build', {}, async (inner) => inner.annotate({ job: 'hello-1' }));
      return outer;
    });
    await tracing.close();
    expect(collector.path).toBe('/v1/traces');
    const [build, reconcile] = collector.spans;
    expect(reconcile).toMatchObject({
      name: 'reconcile',
      traceId: ids.traceId,
      spanId: ids.spanId,
      status: { code: 0 },
    });
    expect(build).toMatchObject({ name: 'build', traceId: ids.traceId, parentSpanId: ids.spanId });
    expect(build?.attributes).toEqual([{ key: 'job', value: { stringValue: 'hello-1' } }]);
    const resource = collector.received[0]?.resource.attributes.map(({ key, value }) => [key, value['stringValue']]);
    expect(Object.fromEntries(resource ?? [])).toEqual({
      'service.name': 'knative-lambda-operator',
      'service.namespace': 'knative-lambda',
      'service.version': '1.2.3',
      'deployment.environment.name': 'dev',
      'k8s.cluster.name': 'tiers',
      'k8s.pod.name': 'operator-0',
      'k8s.namespace.name': 'knative-lambda-dev',
    });
  });

  test('marks the span of work that fails, without its secrets, and lets the failure through', async () => {
    const tracing = await start(1);
    const failing = tracing.span('reconcile', {}, () =>
      Promise.reject(new Error('GET https://u:hunter22@host failed')),
    );
    await expect(failing).rejects.toThrow('hunter22');
    await tracing.close();
    expect(collector.spans[0]?.status).toEqual({ code: 2, message: 'Error: GET https://[redacted]@host failed' });
  });

  test('sends nothing of a trace that is not sampled', async () => {
    const tracing = await start(0);
    await tracing.span('reconcile', {}, () => tracing.span('build', {}, () => Promise.resolve()));
    await tracing.close();
    expect(collector.spans).toEqual([]);
  });

  test('tells of spans that nobody takes, and ends all the same', async () => {
    collector.status = 400;
    const tracing = await start(1);
    await expect(tracing.span('reconcile', {}, () => Promise.resolve('done'))).resolves.toBe('done');
    await tracing.close();
    expect(failures).toEqual([expect.objectContaining({ message: expect.stringContaining('Bad Request') })]);
  });

  test('does the work without a span where it is off', async () => {
    const tracing = await startTracing({ kind: 'off' }, () => {});
    expect(tracing).toBe(noTracing);
    await expect(tracing.span('reconcile', {}, ({ traceId }) => Promise.resolve(traceId))).resolves.toBeUndefined();
  });
});
