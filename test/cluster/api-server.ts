import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import type { ControlPlanePrograms } from '../../tools/real-parts/locate.ts';
import { ApiClient } from './api-client.ts';
import { eventually, type Patience } from './eventually.ts';
import { findFreePorts } from './free-ports.ts';
import { writeIdentity, type Identity } from './identity.ts';
import { apiServerArguments, apiUrl, etcdArguments, etcdUrl, runFile, type RunPlace } from './program-arguments.ts';
import { supervisePrograms, type SupervisedPrograms } from './supervised-programs.ts';

export interface ApiServer {
  readonly place: RunPlace;
  readonly identity: Identity;
  readonly caPem: string;
  readonly admin: ApiClient;
  readonly programs: SupervisedPrograms;
  /** How long to wait for anything of this server. */
  readonly patience: Patience;
  /** Kills kube-apiserver and starts it again on the same data and port; resolves once it is ready. */
  restart(this: void): Promise<void>;
  stop(this: void): Promise<void>;
}

const portAttempts = 3;

export interface ApiServerOptions {
  /** Data folder of etcd to start on a copy of; default an empty one. */
  readonly database?: string | undefined;
  /** File with an audit policy; default none, and no audit log. */
  readonly auditPolicy?: string | undefined;
}

/** Starts etcd and kube-apiserver. */
export async function startApiServer(paths: ControlPlanePrograms, options: ApiServerOptions = {}): Promise<ApiServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(paths, options);
    } catch (error) {
      // Between the search for a free port and its use somebody else may take it.
      const taken = error instanceof Error && error.message.includes('address already in use');
      if (!taken || attempt === portAttempts) throw error;
    }
  }
}

async function startOnce(paths: ControlPlanePrograms, { database, auditPolicy }: ApiServerOptions): Promise<ApiServer> {
  const programs = supervisePrograms();
  const patience = { intervalMs: 25, giveUp: programs.failure };
  try {
    const [etcdPort = 0, apiPort = 0] = await findFreePorts(2);
    const place = { folder: programs.folder, etcdPort, apiPort };
    if (database !== undefined) copyDatabase(database, dataFolder(place));
    mkdirSync(join(place.folder, runFile.certificates));
    const identity = writeIdentity(place.folder);
    programs.start({ name: 'etcd', path: paths.etcd, arguments: etcdArguments(place) });
    await eventually(() => isHealthy(place), patience);
    const apiServer = {
      name: 'kube-apiserver',
      path: paths.kubeApiserver,
      arguments: apiServerArguments(place, auditPolicy),
    };
    programs.start(apiServer);
    const caPem = await eventually(() => readAuthority(place), patience);
    const admin = ApiClient.connect({ url: apiUrl(place), caPem, token: identity.adminToken });
    const waitUntilReady = async (): Promise<unknown> =>
      eventually(async () => (await admin.request('GET', '/readyz')).status === 200, patience);
    await waitUntilReady();
    const restart = async (): Promise<void> => {
      await programs.end(apiServer.name, 'SIGKILL');
      programs.start(apiServer);
      await waitUntilReady();
    };
    const stop = async (): Promise<void> => {
      await admin.close();
      await programs.stop();
    };
    return { place, identity, caPem, admin, programs, patience, restart, stop };
  } catch (error) {
    await programs.stop();
    throw error;
  }
}

export const dataFolder = (place: RunPlace): string => join(place.folder, runFile.data);

export function copyDatabase(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
}

async function isHealthy(place: RunPlace): Promise<boolean> {
  const { statusCode, body } = await request(`${etcdUrl(place)}/health`);
  await body.dump();
  return statusCode === 200;
}

/** The API server writes its certificate and that of the signer into one file; before both are there it is half-written. */
function readAuthority(place: RunPlace): string | false {
  const path = join(place.folder, runFile.authority);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return text.split('-----END CERTIFICATE-----').length === 3 && text;
}
