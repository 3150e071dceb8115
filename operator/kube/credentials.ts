import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from './clock.ts';
import { messageOf } from './error-message.ts';
import type { Connection, Credentials } from './connection.ts';

/** Where the kubelet puts what a pod needs to talk to the API server. */
const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface InClusterProps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Default that of the kubelet. */
  readonly folder?: string;
}

/** Whether this process runs in a pod, as far as its variables say. */
export const isInCluster = (environment: InClusterProps['environment']): boolean =>
  environment['KUBERNETES_SERVICE_HOST'] !== undefined;

/** The API server of the cluster that this pod runs in. Fails when the pod has no token or no CA. */
export async function readInClusterConnection(props: InClusterProps): Promise<Connection> {
  const { environment, clock, folder = serviceAccountFolder } = props;
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = environment;
  if (host === undefined) throw new Error('KUBERNETES_SERVICE_HOST: not set, this process does not run in a pod');
  const ca = await readMounted(join(folder, 'ca.crt'));
  const credentials = new RotatedToken(join(folder, 'token'), clock);
  await credentials.headers();
  return { server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`, tls: { ca }, credentials };
}

const freshForMs = 10_000;

/** The kubelet writes a new token into the file when four fifths of the old one's time are over. */
class RotatedToken implements Credentials {
  readonly #path: string;
  readonly #clock: Clock;
  #token = '';
  #readAt = -Infinity;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  async headers(): Promise<Readonly<Record<string, string>>> {
    if (this.#clock.now() - this.#readAt >= freshForMs) await this.#read();
    return { authorization: `Bearer ${this.#token}` };
  }

  async renew(): Promise<boolean> {
    const refused = this.#token;
    await this.#read();
    return this.#token !== refused;
  }

  async #read(): Promise<void> {
    this.#token = (await readMounted(this.#path)).trim();
    this.#readAt = this.#clock.now();
  }
}

async function readMounted(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Error(`${path}: ${messageOf(cause)}; the pod needs its ServiceAccount's token mounted`, { cause });
  }
}
