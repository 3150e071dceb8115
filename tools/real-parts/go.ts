import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PartError } from './part-error.ts';

/** Flags of every build: no path of this machine in a program, no version control asked. */
export const goBuildFlags = ['-trimpath', '-buildvcs=false'] as const;

export interface GoCall {
  readonly arguments: readonly string[];
  readonly folder: string;
  readonly moduleMode: 'mod' | 'readonly';
  readonly signal: AbortSignal;
}

interface GoFailure {
  readonly code: string | number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Standard output of a go command. Fails with a {@link PartError} that holds the last lines go printed. */
export function runGo(call: GoCall): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd: call.folder,
      env: goEnvironment(process.env, call.moduleMode),
      maxBuffer: 64 * 1024 * 1024,
      signal: call.signal,
    };
    execFile('go', [...call.arguments], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(explainGoFailure(call, { code: error.code ?? undefined, stdout, stderr: stderr || error.message }));
    });
  });
}

/** Version of the installed Go such as `go1.26.8`, undefined where there is none. */
export function installedGoVersion(): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    execFile('go', ['env', 'GOVERSION'], { env: goEnvironment(process.env, 'mod') }, (error, stdout) => {
      if (error === null) resolve(stdout.trim());
      else if (error.code === 'ENOENT') resolve(undefined);
      else reject(new PartError(`go env GOVERSION failed: ${error.message}`));
    });
  });
}

/** The highest Go version that the go.mod files in these folders ask for. */
export function neededGoVersion(moduleFolders: readonly string[]): string {
  const versions = moduleFolders.map((folder) => {
    const version = /^go (\S+)$/m.exec(readFileSync(join(folder, 'go.mod'), 'utf8'))?.[1];
    if (version === undefined) throw new Error(`no go line in ${folder}/go.mod`);
    return version;
  });
  return versions.reduce((highest, version) => (compareVersions(version, highest) > 0 ? version : highest), '0');
}

export function requireGo(installed: string | undefined, needed: string): string {
  const remedy = `install Go ${needed} or newer and put it on PATH`;
  if (installed === undefined) {
    throw new PartError(`no program named go on PATH, needed is Go ${needed} or newer: ${remedy}`);
  }
  if (compareVersions(installed.replace(/^go/, ''), needed) < 0) {
    throw new PartError(`Go is too old: got ${installed}, needed is go${needed} or newer: ${remedy}`);
  }
  return installed;
}

/** Numbers decide; a development version counts as the newest. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) =>
    version.startsWith('devel') ? [Infinity] : version.split('.').map((part) => Number.parseInt(part, 10)),
  );
  for (let index = 0; index < 3; index += 1) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function goEnvironment(environment: NodeJS.ProcessEnv, moduleMode: GoCall['moduleMode']): NodeJS.ProcessEnv {
  // The programs run here, whatever platform the caller builds for otherwise.
  const { GOOS: _os, GOARCH: _architecture, ...rest } = environment;
  return { ...rest, GOFLAGS: `-mod=${moduleMode}`, GOTOOLCHAIN: 'local', GOWORK: 'off', CGO_ENABLED: '0' };
}

export function explainGoFailure(call: Pick<GoCall, 'arguments' | 'signal'>, failure: GoFailure): PartError {
  const command = `go ${call.arguments.slice(0, 2).join(' ')}`;
  if (call.signal.aborted) return new PartError(`${command} was interrupted`);
  if (failure.code === 'ENOENT') return new PartError('no program named go on PATH: install Go and put it there');
  const output = `${failure.stderr}\n${failure.stdout}`;
  const lines = output.trim().split('\n');
  // With -json go writes its errors into the objects.
  const errors = lines.filter((line) => line.includes('"Error":'));
  const shown = (errors.length > 0 ? errors : lines.slice(-12)).map((line) => `\n  ${line.trim()}`);
  return new PartError(`${command} failed${remedyFor(output)}${shown.join('')}`);
}

function remedyFor(output: string): string {
  if (/no space left on device|disk quota exceeded/i.test(output)) {
    return ': the disk is full; free space, or point GOCACHE and KNATIVE_LAMBDA_CACHE at a larger disk';
  }
  if (/403 Forbidden|404 Not Found|410 Gone/.test(output)) {
    return ': a module was refused; a refused version stays refused, so pin another one under tools/real-parts/';
  }
  if (/dial tcp|no such host|i\/o timeout|TLS handshake/.test(output)) {
    return ': a module could not be fetched; check the network and what `go env GOPROXY` says';
  }
  return '';
}
