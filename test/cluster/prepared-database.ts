import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheRoot } from '../../tools/real-parts/cache.ts';
import type { ControlPlanePrograms } from '../../tools/real-parts/locate.ts';
import { copyDatabase, dataFolder, startApiServer } from './api-server.ts';
import { applyCrds, waitUntilEstablished, waitUntilServed } from './crd-installation.ts';

const keptDatabases = 5;
const abandonedAfterMs = 3_600_000;
const temporaryPrefix = '.making-';
const run = promisify(execFile);

/** Folder of an etcd database in which these CRDs are served already; made on the first call, then found. */
export async function prepareDatabase(paths: ControlPlanePrograms, crds: readonly object[]): Promise<string> {
  const parent = join(cacheRoot(process.env), 'databases');
  const folder = join(parent, await databaseKey(paths, crds));
  if (!existsSync(folder)) await makeDatabase({ paths, crds, parent, folder });
  const now = new Date();
  utimesSync(folder, now, now);
  return folder;
}

async function databaseKey(paths: ControlPlanePrograms, crds: readonly object[]): Promise<string> {
  const versions = await Promise.all([paths.etcd, paths.kubeApiserver].map((path) => run(path, ['--version'])));
  const content = JSON.stringify(['established', crds, versions.map((version) => version.stdout)]);
  return createHash('sha256').update(content).digest('hex').slice(0, 20);
}

interface Making {
  readonly paths: ControlPlanePrograms;
  readonly crds: readonly object[];
  readonly parent: string;
  readonly folder: string;
}

async function makeDatabase({ paths, crds, parent, folder }: Making): Promise<void> {
  mkdirSync(parent, { recursive: true });
  const temporary = mkdtempSync(join(parent, temporaryPrefix));
  const server = await startApiServer(paths);
  try {
    await applyCrds(server.admin, crds);
    await waitUntilServed(server.admin, crds, server.patience);
    // a definition that is kept half established stays so: no later start of the API server takes it up again
    await waitUntilEstablished(server.admin, server.patience);
    // The API server takes up to a minute to end by itself; only etcd has data to close.
    await server.programs.end('kube-apiserver', 'SIGKILL');
    await server.programs.end('etcd', 'SIGTERM');
    copyDatabase(dataFolder(server.place), temporary);
    moveIntoPlace(temporary, folder);
    pruneDatabases(parent);
  } finally {
    await server.stop();
    rmSync(temporary, { recursive: true, force: true });
  }
}

function moveIntoPlace(temporary: string, folder: string): void {
  try {
    renameSync(temporary, folder);
  } catch (error) {
    // Another test process has made the same one meanwhile.
    if (!existsSync(folder)) throw error;
  }
}

/** Keeps those used last, and what other processes are making now. */
function pruneDatabases(parent: string): void {
  const entries = readdirSync(parent)
    .map((name) => ({ name, path: join(parent, name), usedAtMs: statSync(join(parent, name)).mtimeMs }))
    .toSorted((a, b) => b.usedAtMs - a.usedAtMs);
  const whole = entries.filter((entry) => !entry.name.startsWith(temporaryPrefix));
  const halfMade = entries.filter((entry) => entry.name.startsWith(temporaryPrefix));
  const abandoned = halfMade.filter((entry) => Date.now() - entry.usedAtMs > abandonedAfterMs);
  for (const { path } of [...whole.slice(keptDatabases), ...abandoned]) rmSync(path, { recursive: true, force: true });
}
