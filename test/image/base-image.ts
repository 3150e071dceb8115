import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { locateFolder } from '../../tools/real-parts/locate.ts';
import { nodeLibrariesPart, nodePart } from '../../tools/real-parts/parts.ts';
import { placeFile } from './machine-files.ts';

/** Names of Debian for the processors that images are built for, by those of Node.js. */
const processors = {
  x64: { platform: 'linux/amd64', triplet: 'x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  arm64: { platform: 'linux/arm64', triplet: 'aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
} as const;

export interface BaseImage {
  readonly platform: string;
  /** Folder with a Dockerfile and what it copies. */
  readonly context: string;
}

const libraries = ['libc.so.6', 'libdl.so.2', 'libgcc_s.so.1', 'libm.so.6', 'libpthread.so.0', 'libstdc++.so.6'];

/**
 * What the image of Node.js holds, as far as ours takes it: real for this machine, names alone for the other processor,
 * which nothing here could run.
 */
export function writeBaseImages(folder: string): readonly BaseImage[] {
  return Object.entries(processors).map(([processor, { platform, triplet, loader }]) => {
    const context = join(folder, processor);
    const root = join(context, 'root');
    for (const path of ['usr/local/bin', `usr/lib/${triplet}`]) mkdirSync(join(root, path), { recursive: true });
    writeFileSync(
      join(context, 'Dockerfile'),
      'FROM scratch\nENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nCOPY root /\n',
    );
    // where programs look for their loader
    const loaderFolder = processor === 'x64' ? 'lib64' : 'lib';
    mkdirSync(join(root, loaderFolder));
    symlinkSync(`/usr/lib/${triplet}/${loader}`, join(root, loaderFolder, loader));
    if (processor === process.arch) fillWithNode(root, triplet);
    else
      fillWithNames(
        root,
        [...libraries, loader].map((name) => `usr/lib/${triplet}/${name}`),
      );
    return { platform, context };
  });
}

function fillWithNode(root: string, triplet: string): void {
  const [node, debian] = [locateFolder(nodePart), locateFolder(nodeLibrariesPart)];
  if (node === undefined || debian === undefined) throw new Error('no Node.js found, make it with: make real-parts');
  const modules = join(node, 'node_modules');
  const [name = ''] = readdirSync(modules).filter((module) => module.startsWith('node-linux-'));
  placeFile(join(modules, name, 'bin', 'node'), join(root, 'usr/local/bin/node'));
  // lib is a link to usr/lib in an image, as it is in no package
  for (const source of ['lib', 'usr/lib']) {
    cpSync(join(debian, source, triplet), join(root, 'usr/lib', triplet), { recursive: true, verbatimSymlinks: true });
  }
}

function fillWithNames(root: string, paths: readonly string[]): void {
  for (const path of [...paths, 'usr/local/bin/node']) writeFileSync(join(root, path), path);
}
