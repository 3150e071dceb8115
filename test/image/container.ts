import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What an image says of how it is run. */
export const imageConfiguration = z.looseObject({
  OCIv1: z.looseObject({
    architecture: z.string(),
    config: z.looseObject({
      User: z.string(),
      Env: z.array(z.string()),
      Entrypoint: z.tuple([z.string(), z.string()]),
      WorkingDir: z.string(),
      Labels: z.record(z.string(), z.string()),
    }),
  }),
});
export type ImageConfiguration = z.output<typeof imageConfiguration>['OCIv1'];

export interface ContainerProps {
  /** Root file system of the image. */
  readonly root: string;
  readonly image: ImageConfiguration;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Folders of this machine that are seen, unchangeable, below the paths. */
  readonly mounts: Readonly<Record<string, string>>;
}

const mount = (destination: string, type: string, ...options: readonly string[]) => ({
  destination,
  type,
  source: type,
  options: ['nosuid', ...options],
});

/**
 * Writes a bundle of the OCI runtime specification that has what the manifests give every pod: the user of the image, a
 * root that cannot be written, no capability, no new privileges, and an empty /tmp. The network is that of this machine.
 */
export function writeContainerBundle(folder: string, props: ContainerProps): void {
  const { root, image, args, environment, mounts } = props;
  const { User, Env, Entrypoint, WorkingDir } = image.config;
  const [uid, gid] = User.split(':').map(Number);
  const bundle = {
    ociVersion: '1.0.2',
    root: { path: root, readonly: true },
    process: {
      user: { uid, gid },
      args: [...Entrypoint, ...args],
      env: [...Env, ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)],
      cwd: WorkingDir,
      noNewPrivileges: true,
      capabilities: {},
    },
    mounts: [
      mount('/proc', 'proc', 'noexec'),
      mount('/dev', 'tmpfs', 'mode=755'),
      mount('/tmp', 'tmpfs', 'nodev', 'mode=1777'),
      ...Object.entries(mounts).map(([destination, source]) => ({
        destination,
        type: 'bind',
        source,
        options: ['bind', 'ro'],
      })),
    ],
    linux: { namespaces: ['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })) },
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify(bundle));
}

/** The Node.js of a container that was started with this argument, by its id outside the container. */
export function findProcess(argument: string): number {
  const isIt = (id: string): boolean => {
    const words = readCommandLine(id);
    return words[0] === '/usr/local/bin/node' && words.includes(argument);
  };
  const found = readdirSync('/proc').find((name) => /^\d+$/.test(name) && isIt(name));
  if (found === undefined) throw new Error(`no process was started with ${argument}`);
  return Number(found);
}

function readCommandLine(id: string): readonly string[] {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0');
  } catch {
    // it has ended meanwhile
    return [];
  }
}

/** Fields of /proc/<pid>/status. */
export function readProcess(pid: number): Readonly<Record<string, string>> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n');
  return Object.fromEntries(lines.map((line) => line.split(':\t').map((part) => part.trim())));
}
