import { posix } from 'node:path';
import type { Language } from '../api/index.ts';
import { FetchError } from './failure.ts';
import type { Runtime } from './plan.ts';

interface MainFile {
  readonly module: string;
  /** The first is what a single file is named, unless it has another of them. */
  readonly extensions: readonly string[];
  /** Files that mark the root of a project, whatever the main file is called. */
  readonly manifests: readonly string[];
}

const mainFiles: Readonly<Record<Language, MainFile>> = {
  python: { module: 'main', extensions: ['.py'], manifests: [] },
  nodejs: { module: 'index', extensions: ['.js', '.mjs', '.cjs'], manifests: ['package.json'] },
  go: { module: 'main', extensions: ['.go'], manifests: ['go.mod'] },
};

/** The module that the handler names, where it names one; a package of Go has no name of its own. */
function modulesOf({ language, handler }: Runtime): readonly string[] {
  const { module } = mainFiles[language];
  const [named, exported] = (handler ?? '').split('.');
  return language === 'go' || named === undefined || exported === undefined ? [module] : [...new Set([named, module])];
}

/** Name of a source that is one file: `main.py`, or `hello.py` where the handler is `hello.handle`. */
export function nameSingleFile(runtime: Runtime, originalName: string): string {
  const { extensions } = mainFiles[runtime.language];
  const extension = extensions.find((one) => originalName.endsWith(one)) ?? extensions[0] ?? '';
  return `${modulesOf(runtime)[0]}${extension}`;
}

function entryNames(runtime: Runtime): readonly string[] {
  const { extensions, manifests } = mainFiles[runtime.language];
  return [...modulesOf(runtime).flatMap((module) => extensions.map((extension) => module + extension)), ...manifests];
}

const folderOf = (path: string): string => (path.includes('/') ? posix.dirname(path) : '');
const depthOf = (folder: string): number => (folder === '' ? 0 : folder.split('/').length);

/** The folder nearest to the top that holds the main file; empty for the top itself. */
export function findRoot(runtime: Runtime, paths: readonly string[]): string {
  const names = entryNames(runtime);
  const folders = new Set(paths.filter((path) => names.includes(posix.basename(path))).map(folderOf));
  const depth = Math.min(...[...folders].map(depthOf));
  const nearest = [...folders].filter((folder) => depthOf(folder) === depth).toSorted();
  const [root] = nearest;
  if (root === undefined) return findOnlyFile(runtime, paths, names);
  if (nearest.length > 1) {
    throw new FetchError(
      'MainFileMissing',
      `main file: got one in each of ${nearest.slice(0, 5).join(', ')}, allowed one; name the folder in the source`,
    );
  }
  return root;
}

/** A source without main file that has one file of the language, whatever its name. */
function findOnlyFile(runtime: Runtime, paths: readonly string[], names: readonly string[]): string {
  const { extensions } = mainFiles[runtime.language];
  const [only, ...others] = paths.filter((path) => extensions.some((extension) => path.endsWith(extension)));
  if (only !== undefined && others.length === 0) return folderOf(only);
  const got = paths.length === 0 ? 'no files' : `${paths.length} files: ${paths.slice(0, 5).join(', ')}`;
  throw new FetchError(
    'MainFileMissing',
    `main file: got ${got}, needed ${names.join(' or ')}; add it or set the handler`,
  );
}
