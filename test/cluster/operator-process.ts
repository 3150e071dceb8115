import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { deployedController } from '../deployed-programs.ts';
import { eventually } from './eventually.ts';
import { findFreePorts } from './free-ports.ts';

const line = z.looseObject({ level: z.string(), msg: z.string() });

export interface OperatorProps {
  /** Folder of the bundle. */
  readonly bundle: string;
  readonly kubeconfig: string;
  readonly environment: string;
  readonly pod: string;
  readonly podNamespace: string;
  /** They win over those of the manifests. */
  readonly variables?: Readonly<Record<string, string>>;
  /** They win over those of the manifests; default none. */
  readonly args?: readonly string[];
}

const patience = { intervalMs: 100 } as const;
const restarts = 3;

/**
 * The bundled controller as a process with the arguments and variables of the manifests. As a kubelet does, it starts
 * again what ended by itself: on a machine that is busy enough a lease is lost.
 */
export class OperatorProcess {
  readonly lines: z.output<typeof line>[] = [];
  readonly #ports: readonly number[];
  #process: ChildProcess;
  #restartsLeft = 0;

  /** Resolves once it is ready. */
  static async start(props: OperatorProps): Promise<OperatorProcess> {
    const operator = new OperatorProcess(props, await findFreePorts(2));
    await eventually(async () => (await operator.get('/readyz')) === 'ok\n', patience);
    operator.#restartsLeft = restarts;
    return operator;
  }

  private constructor(
    { bundle, environment, kubeconfig, pod, podNamespace, args: own = [], variables: more = {} }: OperatorProps,
    ports: readonly number[],
  ) {
    const { args, variables } = deployedController(environment);
    const [health, metrics] = ports;
    const addresses = [
      `--health-probe-bind-address=127.0.0.1:${health}`,
      `--metrics-bind-address=127.0.0.1:${metrics}`,
    ];
    const place = { KUBECONFIG: kubeconfig, POD_NAME: pod, POD_NAMESPACE: podNamespace };
    this.#ports = ports;
    this.#process = this.#run([join(bundle, 'main.cjs'), ...args, ...addresses, ...own], {
      ...variables,
      ...place,
      ...more,
    });
  }

  #run(args: readonly string[], variables: Readonly<Record<string, string>>): ChildProcess {
    const child = spawn(process.execPath, args, { env: variables, stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface({ input: child.stdout }).on('line', (text) => this.lines.push(line.parse(JSON.parse(text))));
    child.once('exit', (code) => {
      if (code === 0 || code === null || this.#restartsLeft === 0) return;
      this.#restartsLeft -= 1;
      this.#process = this.#run(args, variables);
    });
    return child;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get isAlive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  get healthPort(): number | undefined {
    return this.#ports[0];
  }

  get messages(): readonly string[] {
    return this.lines.map(({ msg }) => msg);
  }

  async get(page: '/healthz' | '/readyz' | '/metrics'): Promise<string> {
    const port = page === '/metrics' ? this.#ports[1] : this.#ports[0];
    return (await fetch(`http://127.0.0.1:${port}${page}`)).text();
  }

  async isLeading(): Promise<boolean> {
    return (await this.get('/metrics')).includes('leader_election_master_status{name="knative-lambda-operator"} 1\n');
  }

  /** Whether a controller has looked at every object, and nothing is left to do. */
  async isIdle(controller: 'function' | 'agent' = 'function'): Promise<boolean> {
    const text = await this.get('/metrics');
    const lines = text.split('\n');
    const sum = (series: string): number =>
      lines.filter((one) => one.startsWith(series)).reduce((all, one) => all + Number(one.split(' ').at(-1)), 0);
    const waiting = sum(`workqueue_depth{name="${controller}"`);
    const working = sum(`controller_runtime_active_workers{controller="${controller}"`);
    const done = sum(`controller_runtime_reconcile_total{controller="${controller}"`);
    return waiting + working === 0 && done > 0;
  }

  /** Requests to the API server by method and code, as its metrics count them. */
  async requests(): Promise<Readonly<Record<string, number>>> {
    const text = await this.get('/metrics');
    const counts = text.matchAll(/^rest_client_requests_total\{method="(\w+)",code="([^"]+)"\} (\d+)$/gm);
    return Object.fromEntries([...counts].map(([, method, code, count]) => [`${method} ${code}`, Number(count)]));
  }

  /** Exit code after a signal. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (!this.isAlive) return this.#process.exitCode;
    this.#restartsLeft = 0;
    const exit = once(this.#process, 'exit');
    this.#process.kill(signal);
    await exit;
    return this.#process.exitCode;
  }
}
