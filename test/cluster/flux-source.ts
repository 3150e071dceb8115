import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import { projectRoot } from '../../stacks/index.ts';
import type { ApiClient } from './api-client.ts';

/** Stands in for Flux's source-controller: packs a repository, serves it on loopback, and says so in the GitRepository's status. */
export interface FluxSource {
  /** Folder of the repository that holds the output of a synth. */
  readonly folder: string;
  /** Packs the repository as it is now, as after a commit. */
  publish(this: void, admin: ApiClient): Promise<void>;
  stop(this: void): void;
}

const addressSchema = z.object({ port: z.number() });

export async function serveRepository(name: string, path: string): Promise<FluxSource> {
  const root = mkdtempSync(join(tmpdir(), 'knative-lambda-repository-'));
  const folder = join(root, 'repository', path);
  mkdirSync(dirname(folder), { recursive: true });
  cpSync(join(projectRoot, 'manifests'), folder, { recursive: true });
  const archive = join(root, 'artifact.tar.gz');
  const server = createServer((_request, response) => response.end(readFileSync(archive))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = addressSchema.parse(server.address());
  return {
    folder,
    publish: async (admin) => {
      const { status, stderr } = spawnSync('tar', ['-czf', archive, '-C', join(root, 'repository'), '.'], {
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`tar: ${stderr}`);
      await writeStatus(admin, name, `http://127.0.0.1:${port}/artifact.tar.gz`, readFileSync(archive));
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
      rmSync(root, { recursive: true });
    },
  };
}

async function writeStatus(admin: ApiClient, name: string, url: string, archive: Buffer): Promise<void> {
  const digest = createHash('sha256').update(archive).digest('hex');
  const lastUpdateTime = new Date().toISOString();
  const status = {
    observedGeneration: 1,
    artifact: {
      path: 'artifact.tar.gz',
      url,
      revision: `main@sha1:${digest.slice(0, 40)}`,
      digest: `sha256:${digest}`,
      size: archive.length,
      lastUpdateTime,
    },
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'Succeeded',
        message: 'stored artifact',
        observedGeneration: 1,
        lastTransitionTime: lastUpdateTime,
      },
    ],
  };
  const path = `/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories/${name}/status`;
  const answer = await admin.request('PATCH', path, { status }, 'application/merge-patch+json');
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
}
