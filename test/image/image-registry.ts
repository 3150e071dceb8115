import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { locateProgram } from '../../tools/real-parts/locate.ts';
import { registryPart } from '../../tools/real-parts/parts.ts';
import { eventually } from '../cluster/eventually.ts';
import { findFreePorts } from '../cluster/free-ports.ts';
import type { SupervisedPrograms } from '../cluster/supervised-programs.ts';

export interface ImageRegistry {
  /** Host and port, as in the name of an image. */
  readonly host: string;
  /** The manifest of a tag or digest, with the digest that the registry gives it. */
  manifest(this: void, repository: string, reference: string): Promise<{ digest: string; body: unknown }>;
}

const mediaTypes = ['index', 'manifest'].map((kind) => `application/vnd.oci.image.${kind}.v1+json`).join(', ');

/** A registry on loopback, without TLS, that keeps images in the folder of the programs. */
export async function startImageRegistry(programs: SupervisedPrograms): Promise<ImageRegistry> {
  const path = locateProgram(registryPart);
  if (path === undefined) throw new Error('no registry found, make it with: make real-parts PART=registry');
  const [port] = await findFreePorts(1);
  const file = join(programs.folder, 'registry.yaml');
  const configuration = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: join(programs.folder, 'registry') } },
    http: { addr: `127.0.0.1:${port}` },
  };
  writeFileSync(file, JSON.stringify(configuration));
  programs.start({ name: 'registry', path, arguments: ['serve', file] });
  const host = `localhost:${port}`;
  const base = `http://127.0.0.1:${port}/v2/`;
  const isUp = async (): Promise<boolean> => (await fetch(base)).ok;
  await eventually(isUp, { intervalMs: 100, giveUp: programs.failure });
  return {
    host,
    async manifest(repository, reference) {
      const url = `${base}${repository}/manifests/${reference}`;
      const response = await fetch(url, { headers: { accept: mediaTypes } });
      if (!response.ok) throw new Error(`${url}: ${response.status}`);
      const body: unknown = await response.json();
      return { digest: response.headers.get('docker-content-digest') ?? '', body };
    },
  };
}
