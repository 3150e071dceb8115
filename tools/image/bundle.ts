import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { languages } from '../../operator/api/index.ts';
import { projectRoot } from '../../stacks/index.ts';
import { slimming } from './slimming.ts';

/** What the image runs: it loads each other file when it needs it. */
const entry = 'operator/main.ts';

/** Name of the file that a module becomes: that of the module, or of the folder whose program it is. */
const fileName = (module: string): string =>
  `${basename(basename(module) === 'program.ts' ? dirname(module) : module, '.ts')}.cjs`;

/** An `import()` of a module of ours stays one: what it loads becomes a file of its own beside the one that loads it. */
function splitAtImports(found: (module: string) => void): Plugin {
  return {
    name: 'split-at-imports',
    setup(bundler) {
      bundler.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
        if (kind !== 'dynamic-import' || resolveDir.includes('node_modules')) return undefined;
        const module = join(resolveDir, path);
        found(module);
        return { path: `./${fileName(module)}`, external: true };
      });
    },
  };
}

/** Bytes of an input in an output, by the path of the input in the checkout. */
export type BundledFile = ReadonlyMap<string, number>;

/** Writes the files of the image into a folder. Returns what is in each. */
export async function bundleImage(folder: string): Promise<ReadonlyMap<string, BundledFile>> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const modules = [join(projectRoot, entry)];
  const files = new Map<string, BundledFile>();
  // what is found on the way is bundled as well
  for (const module of modules) {
    const found = (path: string): void => {
      if (!modules.includes(path)) modules.push(path);
    };
    files.set(fileName(module), inputsOf(await bundle(module, join(folder, fileName(module)), splitAtImports(found))));
  }
  copyWrappers(folder);
  return files;
}

/** What is for whoever writes the wrapper, and not for the function. */
const leftOut = /(^|[/])(tsconfig\.json|node_modules|__pycache__|testdata|[^/]*(\.test\.[a-z]+|_test\.go))$/;

/** Wrappers of the languages, which fetch reads and the image does not run. */
function copyWrappers(folder: string): void {
  for (const language of languages) {
    const from = join(projectRoot, 'operator/runtimes', language, 'wrapper');
    if (!existsSync(from)) continue;
    cpSync(from, join(folder, 'wrappers', language), { recursive: true, filter: (path) => !leftOut.test(path) });
  }
}

async function bundle(module: string, outfile: string, plugin: Plugin): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [module],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // require in its place: Node.js would parse each file once more for the names that it exports
    supported: { 'dynamic-import': false },
    // ES modules first: what is not used is left out
    mainFields: ['module', 'main'],
    metafile: true,
    plugins: [plugin, ...slimming],
    absWorkingDir: projectRoot,
    logLevel: 'warning',
  });
  return metafile;
}

function inputsOf({ outputs }: Metafile): BundledFile {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  return new Map(inputs.map(([path, { bytesInOutput }]) => [path, bytesInOutput]));
}
