import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { locateFolder } from '../../tools/real-parts/locate.ts';
import { buildahPart } from '../../tools/real-parts/parts.ts';

/** Programs with what they need, none of it installed on this machine. */
export interface ContainerTools {
  /** Variables under which `buildah` is on the PATH and keeps its images in the folder. */
  readonly environment: Readonly<Record<string, string>>;
  readonly buildah: string;
  readonly crun: string;
}

const storage = (folder: string): string =>
  `[storage]\ndriver = "vfs"\ngraphroot = "${join(folder, 'images')}"\nrunroot = "${join(folder, 'run')}"\n`;

/** buildah and crun as `make real-parts` fetched them. */
export function prepareContainerTools(folder: string): ContainerTools {
  const root = locateFolder(buildahPart);
  if (root === undefined) throw new Error('no buildah found, make it with: make real-parts PART=buildah');
  const [bin, home] = [join(folder, 'bin'), join(folder, 'home')];
  const policy = join(home, '.config', 'containers');
  for (const path of [bin, policy]) mkdirSync(path, { recursive: true });
  writeFileSync(join(policy, 'policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}');
  writeFileSync(join(folder, 'storage.conf'), storage(folder));
  writeFileSync(join(folder, 'registries.conf'), '');
  const wrap = (name: string): string => writeWrapper(join(bin, name), join(root, 'usr', 'bin', name), root);
  return {
    environment: {
      HOME: home,
      PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
      CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
      CONTAINERS_REGISTRIES_CONF: join(folder, 'registries.conf'),
      BUILDAH_ISOLATION: 'chroot',
    },
    buildah: wrap('buildah'),
    crun: wrap('crun'),
  };
}

/**
 * buildah starts itself again without the variables of its environment, so its libraries are in the list that the loader
 * reads, as it is in a mount namespace of its own; what the machine has is found as before.
 */
function writeWrapper(path: string, program: string, root: string): string {
  const folders = ['lib', 'usr/lib'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('-linux-gnu'))
      .map((name) => join(root, folder, name)),
  );
  writeFileSync(`${path}.conf`, `include /etc/ld.so.conf\n${folders.join('\n')}\n`);
  execFileSync('/sbin/ldconfig', ['-X', '-f', `${path}.conf`, '-C', `${path}.cache`]);
  const inside = `mount --bind '${path}.cache' /etc/ld.so.cache && exec '${program}' "$@"`;
  writeFileSync(path, `#!/bin/sh\nexec unshare --mount sh -c '${inside.replaceAll("'", "'\\''")}' sh "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}
