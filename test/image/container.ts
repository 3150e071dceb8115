import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { SupervisedPrograms } from '../cluster/supervised-programs.ts';
import type { ContainerTools } from './container-tools.ts';

/** What an image says of how it is run. */
export const imageConfiguration = z.looseObject({
  OCIv1: z.looseObject({
    architecture: z.string(),
    config: z.looseObject({
      User: z.string(),
      Env: z.array(z.string()),
      Entrypoint: z.array(z.string()).min(1),
      WorkingDir: z.string().default('/'),
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

/** Runs a bundle as a container of this name; it ends with the programs. */
export function startContainer(
  { folder, start }: SupervisedPrograms,
  { crun }: ContainerTools,
  { bundle, name }: { readonly name: string; readonly bundle: string },
): void {
  const run = `${crun} --root ${folder}/crun --cgroup-manager=disabled run --bundle ${bundle} ${name}`;
  // crun refuses a machine with both versions of cgroups, which it has no need of here
  const script = `mount -t proc proc /proc; umount /sys/fs/cgroup/unified 2>/dev/null; exec ${run}`;
  // nothing of the container outlives its own namespace
  const alone = ['--mount', '--pid', '--fork', '--kill-child'];
  start({ name, path: '/usr/bin/unshare', arguments: [...alone, 'sh', '-c', script] });
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
