import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { localGo, localPython } from '../../operator/runtimes/index.ts';
import { cacheRoot } from '../../tools/real-parts/cache.ts';
import { writeBaseImages } from './base-image.ts';
import { placeFile, placeLibraries, placePrograms, printed } from './machine-files.ts';

/** Folders with a Dockerfile each: what builds a function, and what it runs on. */
export interface LanguageBase {
  readonly version: string;
  readonly build: string;
  readonly run: string;
}

/** Makes a base of what is installed on this machine, in a folder of its own. */
export type WriteLanguageBase = (folder: string) => LanguageBase;

export const writeNodejsBase: WriteLanguageBase = (folder) => {
  const [own] = writeBaseImages(folder).filter(({ context }) => context.endsWith(process.arch));
  const { context = '' } = own ?? {};
  return { version: '22', build: context, run: context };
};

function writeContext(context: string, variables: Readonly<Record<string, string>>): string {
  const root = join(context, 'root');
  mkdirSync(join(root, 'tmp'), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  const lines = Object.entries(variables).map(([name, value]) => `ENV ${name}=${value}\n`);
  writeFileSync(join(context, 'Dockerfile'), `FROM scratch\n${lines.join('')}COPY root /\n`);
  return root;
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const interpreter = z.object({ version: z.string(), program: z.string(), library: z.string(), pip: z.string() });
const describeInterpreter = `
import json, os, pip, sys, sysconfig
print(json.dumps({
    "version": "%d.%d" % sys.version_info[:2], "program": os.path.realpath(sys.executable),
    "library": sysconfig.get_path("stdlib"), "pip": os.path.dirname(pip.__file__),
}))`;

/** Most of the library by its size, of which neither pip nor the wrapper takes anything. */
const unneeded = new RegExp(
  `^(${[
    'test|idlelib|tkinter|turtledemo|ensurepip|lib2to3|config-.*|site-packages|unittest|distutils|pydoc_data|sqlite3|curses',
    '_tkinter.*|_sqlite3.*|_curses.*|_test.*',
    String.raw`.*\.opt-[12]\.pyc`,
  ].join('|')})$`,
);

/** With what is compiled of it, which is taken only where the dates of its sources are those that they were. */
function copyLibrary(from: string, to: string): void {
  const filter = (file: string): boolean => file === from || !unneeded.test(basename(file));
  cpSync(from, to, { recursive: true, preserveTimestamps: true, filter });
}

/** The interpreter with pip, which finds the packages of the wrapper in a folder: a build asks no index. */
export const writePythonBase: WriteLanguageBase = (folder) => {
  const { version, program, library, pip } = interpreter.parse(
    JSON.parse(printed('python3', ['-c', describeInterpreter])),
  );
  const root = writeContext(folder, {
    PATH: path,
    PYTHONPATH: '/opt/pip',
    PIP_NO_INDEX: '1',
    PIP_FIND_LINKS: '/opt/wheels',
  });
  copyLibrary(library, join(root, library));
  copyLibrary(pip, join(root, 'opt/pip/pip'));
  placePrograms(root, ['/bin/sh', '/bin/mkdir'], 'bin');
  const dynamic = join(root, library, 'lib-dynload');
  placeLibraries(root, [program, ...readdirSync(dynamic).map((name) => join(dynamic, name))]);
  placeFile(program, join(root, program));
  mkdirSync(join(root, 'usr/local/bin'), { recursive: true });
  symlinkSync(program, join(root, 'usr/local/bin/python'));
  const command = join(root, 'usr/local/bin/pip');
  writeFileSync(
    command,
    '#!/usr/local/bin/python\nimport sys\nfrom pip._internal.cli.main import main\nsys.exit(main())\n',
  );
  chmodSync(command, 0o755);
  const requirements = join(localPython.folder, 'requirements.txt');
  const wheels = join(root, 'opt/wheels');
  printed('python3', ['-m', 'pip', 'download', '--quiet', '--require-hashes', '--dest', wheels, '-r', requirements]);
  return { version, build: folder, run: folder };
};

const toolchain = z.object({ GOROOT: z.string(), GOVERSION: z.string(), GOTOOLDIR: z.string() });

/** A folder of the user in which Go keeps what it has compiled: the library takes a minute, and is the same each time. */
function compiledLibrary(version: string): string {
  const cache = join(cacheRoot(process.env), 'go-image', version);
  mkdirSync(cache, { recursive: true });
  const source = mkdtempSync(join(tmpdir(), 'knative-lambda-function-'));
  writeFileSync(join(source, 'main.go'), 'package main\n\nfunc Handler(data any) any { return data }\n');
  const build = ['-C', localGo.folder, 'run', './build', '-source', source, '-output', join(source, 'function')];
  printed('go', build, { GOCACHE: cache, CGO_ENABLED: '0', GOTOOLCHAIN: 'local' });
  rmSync(source, { recursive: true });
  return cache;
}

/** Go with as much of its library as the wrapper is made of; what is built runs on nothing. */
export const writeGoBase: WriteLanguageBase = (folder) => {
  const { GOROOT, GOVERSION, GOTOOLDIR } = toolchain.parse(
    JSON.parse(printed('go', ['env', '-json', 'GOROOT', 'GOVERSION', 'GOTOOLDIR'])),
  );
  const build = join(folder, 'build');
  const root = writeContext(build, { PATH: path, HOME: '/root', GOPATH: '/go', GOROOT, GOCACHE: '/go/cache' });
  placePrograms(root, ['/bin/sh'], 'bin');
  const place = (file: string): void => placeFile(file, join(root, file));
  ['VERSION', 'go.env', 'src/go.mod', 'src/vendor/modules.txt'].forEach((name) => place(join(GOROOT, name)));
  ['asm', 'compile', 'link'].forEach((tool) => place(join(GOTOOLDIR, tool)));
  const packages = printed('go', [
    '-C',
    localGo.folder,
    'list',
    '-deps',
    '-f',
    '{{if .Standard}}{{.Dir}}{{end}}',
    './...',
  ]);
  for (const source of [join(GOROOT, 'pkg/include'), ...packages.split('\n').filter((line) => line !== '')]) {
    const files = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isFile());
    files.filter(({ name }) => !name.endsWith('_test.go')).forEach(({ name }) => place(join(source, name)));
  }
  place(join(GOROOT, 'bin/go'));
  mkdirSync(join(root, 'usr/local/bin'), { recursive: true });
  symlinkSync(join(GOROOT, 'bin/go'), join(root, 'usr/local/bin/go'));
  cpSync(compiledLibrary(GOVERSION), join(root, 'go/cache'), { recursive: true });
  const run = join(folder, 'run');
  writeContext(run, { PATH: path });
  const [, version = ''] = /^go(\d+\.\d+)/.exec(GOVERSION) ?? [];
  return { version, build, run };
};
