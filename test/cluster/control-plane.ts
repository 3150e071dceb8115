import { join } from 'node:path';
import { z } from 'zod';
import { locateControlPlane } from '../../tools/real-parts/locate.ts';
import type { ApiClient } from './api-client.ts';
import { startApiServer, type ApiServer } from './api-server.ts';
import { waitUntilServed } from './crd-installation.ts';
import { eventually } from './eventually.ts';
import { writeKubeconfig } from './identity.ts';
import { prepareDatabase } from './prepared-database.ts';
import { apiUrl, controllerManagerArguments, runFile } from './program-arguments.ts';
import type { Program } from './supervised-programs.ts';

export interface ControlPlane {
  readonly url: string;
  readonly caPem: string;
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly admin: ApiClient;
  /** Path of the audit log, one JSON object a line; written only where an audit policy is set. */
  readonly auditLog: string;
  /** A token that the API server issued to an existing ServiceAccount. */
  tokenOf(this: void, namespace: string, name: string): Promise<string>;
  /** Client with such a token. */
  asServiceAccount(this: void, namespace: string, name: string): Promise<ApiClient>;
  /** Runs one more program beside those of the control plane; it ends with them. */
  start(this: void, program: Program): void;
  /** Kills the API server and starts it again on the same data and port; resolves once it is ready. */
  restartApiServer(this: void): Promise<void>;
  /** What is wrong when a program has ended that nobody asked to end. */
  failure(this: void): Error | undefined;
  /** Kills every program and removes the data. Happens by itself when this process ends, however it does. */
  stop(this: void): Promise<void>;
}

export interface ControlPlaneOptions {
  /** CustomResourceDefinitions that are served at once, default none. */
  readonly crds?: readonly object[];
  /** Default true. */
  readonly controllerManager?: boolean;
  /** File with an audit policy, default none. */
  readonly auditPolicy?: string;
}

/** Starts etcd, kube-apiserver and kube-controller-manager on loopback, with an empty or a prepared database. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const paths = locateControlPlane();
  if (paths === undefined) throw new Error('no control plane found, make it with: make real-parts');
  const { crds = [], controllerManager = true, auditPolicy } = options;
  const database = crds.length === 0 ? undefined : await prepareDatabase(paths, crds);
  const server = await startApiServer(paths, { database, auditPolicy });
  try {
    const kubeconfig = join(server.place.folder, runFile.adminKubeconfig);
    const url = apiUrl(server.place);
    writeKubeconfig(kubeconfig, { url, caPem: server.caPem, token: server.identity.adminToken });
    await Promise.all([
      controllerManager ? startControllerManager(server, paths.kubeControllerManager) : undefined,
      waitUntilServed(server.admin, crds, server.patience),
    ]);
    const { admin, caPem, restart: restartApiServer, stop } = server;
    const tokenOf = (namespace: string, name: string): Promise<string> => requestToken(admin, namespace, name);
    const asServiceAccount = async (namespace: string, name: string): Promise<ApiClient> =>
      admin.withToken(await tokenOf(namespace, name));
    const auditLog = join(server.place.folder, runFile.auditLog);
    const { start, failure } = server.programs;
    return {
      url,
      caPem,
      kubeconfig,
      admin,
      auditLog,
      tokenOf,
      asServiceAccount,
      start,
      restartApiServer,
      failure,
      stop,
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function startControllerManager({ place, identity, ...server }: ApiServer, path: string): Promise<void> {
  writeKubeconfig(join(place.folder, runFile.controllerManagerKubeconfig), {
    url: apiUrl(place),
    caPem: server.caPem,
    token: identity.controllerManagerToken,
  });
  server.programs.start({ name: 'kube-controller-manager', path, arguments: controllerManagerArguments(place) });
  // Without it no pod can be created, and it proves that the controllers work.
  const account = '/api/v1/namespaces/default/serviceaccounts/default';
  await eventually(async () => (await server.admin.request('GET', account)).status === 200, server.patience);
}

const tokenRequestSchema = z.looseObject({ status: z.looseObject({ token: z.string() }) });

async function requestToken(admin: ApiClient, namespace: string, name: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
  return tokenRequestSchema.parse(await admin.post(path, body)).status.token;
}
