import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { Pool } from 'undici';
import { sampleAgent } from '../agent/sample.ts';
import type { LambdaAgent } from '../api/index.ts';
import { budgetPath } from '../budget/budget-path.ts';
import { type Ledger, usedOf } from '../budget/ledger.ts';
import { LedgerStore } from '../budget/ledger-store.ts';
import { budgetRoutes } from '../budget/routes.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import { systemClock } from '../kube/clock.ts';
import { receiverTelemetry } from '../receiver/receiver-telemetry.ts';
import { buildServer, defaultServerLimits } from '../receiver/server.ts';
import { MemoryVersioned } from '../receiver/dead-letters/memory-versioned.ts';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { ledgerClient } from './ledger-client.ts';
import { Meter } from './meter.ts';

const key = 'k'.repeat(32);
const bruno = { namespace: 'agents', name: 'bruno' };
const today = new Date('2026-01-01T12:00:00Z');

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

const none = () => Promise.reject(new Error('not of this test'));

interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** For tests: a model server that keeps what it is asked, and answers as a test says. */
export class ModelStandIn {
  readonly asked: Asked[] = [];
  /** Put in by a test. */
  answer: RequestListener = (_request, response) => response.writeHead(404).end();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        this.asked.push({ path: request.url ?? '', headers: request.headers, body });
        this.answer(request, response);
      });
    });
  }

  listen(): Promise<string> {
    return listen(this.#server);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** For tests: a receiver with ledgers in memory, over a real socket. */
export class LedgerReceiver {
  readonly objects = new MemoryVersioned();
  readonly faults: unknown[] = [];
  now = today;
  agent: LambdaAgent = sampleAgent();
  #server: FastifyInstance | undefined;

  /** @returns address of the ledger of the agent */
  async listen(port = 0): Promise<string> {
    const clock = new FakeClock();
    this.#server = buildServer({
      receive: none,
      receiveNotification: none,
      receiveIntent: none,
      receiveAlerts: none,
      receiveUndeliverable: none,
      letters: undefined,
      interfaces: { a2a: undefined, mcp: undefined },
      supervision: undefined,
      budgets: budgetRoutes({
        store: new LedgerStore(this.objects),
        findAgent: ({ name }) => Promise.resolve(name === 'bruno' ? this.agent : undefined),
        keys: () => [key],
        today: () => this.now,
        onFault: (error) => void this.faults.push(error),
      }),
      ready: [],
      isDraining: () => false,
      metrics: { contentType: 'text/plain', body: () => Promise.resolve('') },
      telemetry: receiverTelemetry(new MetricRegistry(), clock),
      clock,
      limits: defaultServerLimits,
      newId: () => 'new-id',
      onFault: (error) => void this.faults.push(error),
    });
    const address = await this.#server.listen({ port, host: '127.0.0.1' });
    return new URL(budgetPath(key, bruno), address).href;
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  ledger(): Promise<Ledger> {
    return new LedgerStore(this.objects).read(bruno, this.now.toISOString().slice(0, 10));
  }

  /** Resolves once no call is open any more. */
  async settled(): Promise<Ledger> {
    for (;;) {
      const ledger = await this.ledger();
      if (Object.keys(ledger.open).length === 0) return ledger;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async used(): Promise<number> {
    return usedOf(await this.ledger()).tokens;
  }
}

export interface OpenMeterProps {
  readonly model: string;
  readonly ledger: string;
  readonly refusesUncounted?: boolean;
  readonly longestCallMs?: number;
}

/** For tests: a meter in this process. */
export async function openMeter({ ledger, longestCallMs = 10_000, model, refusesUncounted = true }: OpenMeterProps) {
  const pool = new Pool(model);
  const faults: string[] = [];
  const meter = new Meter({
    pool,
    ledger: ledgerClient(ledger),
    refusesUncounted,
    longestAnswer: 100,
    longestCallMs,
    clock: systemClock,
    newId: () => crypto.randomUUID(),
    onFault: (what) => void faults.push(what),
  });
  const server = createServer((request, response) => void meter.answer(request, response));
  const address = await listen(server);
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await pool.destroy();
  };
  return { address, close, faults };
}
