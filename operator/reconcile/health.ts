import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** Something that must hold for the process to be alive, or ready. */
export interface HealthCheck {
  readonly name: string;
  /** Undefined when all is well, else what is not. */
  readonly fault: () => string | undefined;
}

export interface MetricsPage {
  readonly contentType: string;
  readonly body: () => Promise<string>;
}

export interface HealthServerOptions {
  /** `/healthz`: what only a restart can mend; default nothing. */
  readonly live?: readonly HealthCheck[];
  /** `/readyz`. */
  readonly ready: readonly HealthCheck[];
  /** `/metrics`; default not served. */
  readonly metrics?: MetricsPage;
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Answers kubelet and Prometheus, in the form of the API server's own health pages. */
export class HealthServer {
  readonly #options: HealthServerOptions;
  readonly #server: Server;

  constructor(options: HealthServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#respond(request, response));
  }

  /** Resolves with the port, which the system chooses for 0. Rejects when the address cannot be had. */
  listen(port: number, host?: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
        this.#server.off('error', reject);
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #respond({ method = '', url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, contentType, body } = await this.#answer(method, new URL(url, 'http://localhost'));
    response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' });
    response.end(method === 'HEAD' ? undefined : body);
  }

  async #answer(method: string, { pathname, searchParams }: URL): Promise<Answer> {
    if (method !== 'GET' && method !== 'HEAD') return text(405, `${method}: not allowed, only GET and HEAD\n`);
    const { live = [], ready, metrics } = this.#options;
    const isVerbose = searchParams.has('verbose');
    switch (pathname) {
      case '/healthz':
        return answerChecks('healthz', live, isVerbose);
      case '/readyz':
        return answerChecks('readyz', ready, isVerbose);
      case '/metrics':
        return metrics === undefined ? notFound(pathname) : answerMetrics(metrics);
      default:
        return notFound(pathname);
    }
  }
}

/** Says which check fails also where nobody asked, as kubelet shows it in an event. */
function answerChecks(page: string, checks: readonly HealthCheck[], isVerbose: boolean): Answer {
  const results = checks.map(({ name, fault }) => ({ name, fault: fault() }));
  const isWell = results.every(({ fault }) => fault === undefined);
  if (isWell && !isVerbose) return text(200, 'ok\n');
  const lines = results.map(({ name, fault }) =>
    fault === undefined ? `[+]${name} ok` : `[-]${name} failed: ${fault}`,
  );
  return text(isWell ? 200 : 503, `${[...lines, `${page} check ${isWell ? 'passed' : 'failed'}`].join('\n')}\n`);
}

async function answerMetrics({ contentType, body }: MetricsPage): Promise<Answer> {
  try {
    return { status: 200, contentType, body: await body() };
  } catch (error) {
    return text(500, `metrics: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

const text = (status: number, body: string): Answer => ({ status, contentType: 'text/plain; charset=utf-8', body });

const notFound = (path: string): Answer => text(404, `${path}: not found, there are /healthz, /readyz and /metrics\n`);
