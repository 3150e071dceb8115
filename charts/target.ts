import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { projectRoot } from '../stacks/index.ts';

/** Where cdk8s.yaml makes the CLI look: a link to manifests/, because the CLI deletes its output folder before it starts. */
const cliOutput = join(projectRoot, 'dist', 'manifests');
const manifests = join(projectRoot, 'manifests');

/** A folder of files, or an empty folder for one file that holds everything. */
export type Target =
  | { readonly kind: 'folder'; readonly path: string; readonly finish: () => void }
  | { readonly kind: 'stream'; readonly path: string };

const nothing = (): void => undefined;

/**
 * OUT names a folder; CDK8S_OUTDIR comes from the cdk8s CLI, which has just removed the folder that it names,
 * except with --stdout, where it has made a fresh temporary one.
 */
export function readTarget({
  OUT: out = '',
  CDK8S_OUTDIR: outdir,
}: Readonly<Record<string, string | undefined>>): Target {
  if (out !== '') {
    return { kind: 'folder', path: resolve(out), finish: nothing };
  }
  if (outdir === undefined) {
    return { kind: 'folder', path: manifests, finish: nothing };
  }
  if (resolve(outdir) === cliOutput) {
    return { kind: 'folder', path: manifests, finish: linkCliOutput };
  }
  return existsSync(outdir)
    ? { kind: 'stream', path: outdir }
    : { kind: 'folder', path: resolve(outdir), finish: nothing };
}

function linkCliOutput(): void {
  mkdirSync(dirname(cliOutput), { recursive: true });
  if (lstatSync(cliOutput, { throwIfNoEntry: false }) !== undefined) {
    rmSync(cliOutput, { recursive: true });
  }
  symlinkSync(relative(dirname(cliOutput), manifests), cliOutput);
}
