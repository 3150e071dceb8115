import { readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Clock } from './clock.ts';
import { messageOf } from './error-message.ts';
import type { Connection, Credentials } from './connection.ts';

export interface KubeconfigProps {
  /** Files that are merged; the current context is that of the first. */
  readonly paths: readonly string[];
  /** Default the current one. */
  readonly context?: string | undefined;
  readonly clock: Clock;
}

/** Files as kubectl finds them: those of KUBECONFIG, else the one in the home folder. */
export function kubeconfigPaths(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const named = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  return named.length > 0 ? named : [join(homedir(), '.kube', 'config')];
}

/**
 * The API server that a kubeconfig names, with certificates, exec plugins and OIDC. For use outside a cluster only: its
 * loader is client-node's, which is large and imported here. A client certificate that an exec plugin answers is read once.
 */
export async function readKubeconfig({ paths, context, clock }: KubeconfigProps): Promise<Connection> {
  const file = `kubeconfig ${paths.join(delimiter)}`;
  const config = selectContext(await loadFiles(paths), file, context);
  const cluster = config.getCurrentCluster();
  const user = new KubeconfigUser(config, file, clock);
  const { ca, cert, key, servername, rejectUnauthorized } = await user.options();
  return {
    server: cluster?.server ?? '',
    tls: {
      ca: toPem(ca),
      cert: toPem(cert),
      key: toPem(key),
      serverName: servername,
      insecure: rejectUnauthorized === false,
    },
    credentials: user,
  };
}

async function loadFiles(paths: readonly string[]): Promise<KubeConfig> {
  const { KubeConfig: Loader } = await import('./kubeconfig-loader.ts');
  const all = new Loader();
  for (const path of paths) {
    try {
      const one = new Loader();
      one.loadFromString(readFileSync(path, 'utf8'));
      one.makePathsAbsolute(dirname(path));
      all.mergeConfig(one, all.currentContext !== undefined);
    } catch (cause) {
      throw failure(`kubeconfig ${path}: cannot be used`, cause, 'name a readable one in KUBECONFIG');
    }
  }
  return all;
}

function selectContext(config: KubeConfig, file: string, context: string | undefined): KubeConfig {
  const name = context ?? config.currentContext;
  const found = config.contexts.find((one) => one.name === name);
  if (found === undefined) {
    const names = config.contexts.map((one) => one.name).join(', ') || 'none';
    throw new Error(`${file}: got context ${name || 'none'}, allowed ${names}`);
  }
  config.setCurrentContext(name);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error(`${file}: context ${name} names cluster ${found.cluster}, which is not there`);
  if (config.getCurrentUser() === null) {
    throw new Error(`${file}: context ${name} names user ${found.user}, which is not there`);
  }
  if (cluster.proxyUrl !== undefined) {
    throw new Error(`${file}: cluster ${cluster.name} has a proxy-url, allowed none; reach the server without a proxy`);
  }
  return config;
}

const freshForMs = 10_000;

/** Asks the loader for headers anew after a while; it runs an exec plugin only when its token has expired. */
class KubeconfigUser implements Credentials {
  readonly #config: KubeConfig;
  readonly #file: string;
  readonly #clock: Clock;
  #headers: Readonly<Record<string, string>> = {};
  #readAt = -Infinity;

  constructor(config: KubeConfig, file: string, clock: Clock) {
    this.#config = config;
    this.#file = file;
    this.#clock = clock;
  }

  async options(): Promise<RequestOptions> {
    const options: RequestOptions = {};
    try {
      await this.#config.applyToHTTPSOptions(options);
      return options;
    } catch (cause) {
      const user = this.#config.getCurrentUser()?.name ?? '';
      throw failure(`${this.#file}: credentials of user ${user} cannot be had`, cause, 'see that kubectl can use them');
    }
  }

  async headers(): Promise<Readonly<Record<string, string>>> {
    if (this.#clock.now() - this.#readAt >= freshForMs) await this.#read();
    return this.#headers;
  }

  async renew(): Promise<boolean> {
    const refused = this.#headers['authorization'];
    await this.#read();
    return this.#headers['authorization'] !== refused;
  }

  async #read(): Promise<void> {
    const { headers = {}, auth } = await this.options();
    this.#headers = { ...toHeaders(headers), ...(auth && { authorization: `Basic ${btoa(auth)}` }) };
    this.#readAt = this.#clock.now();
  }
}

const toHeaders = (headers: object): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));

const toPem = (value: unknown): string | undefined =>
  typeof value === 'string' || Buffer.isBuffer(value) ? value.toString() : undefined;

function failure(what: string, cause: unknown, advice: string): Error {
  return new Error(`${what}: ${messageOf(cause)}; ${advice}`, { cause });
}
