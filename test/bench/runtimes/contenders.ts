import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareFunction } from '../../../cli/prepared-function.ts';
import {
  type Command,
  localGo,
  localNodejs,
  localPython,
  type LocalRuntime,
} from '../../../operator/runtimes/index.ts';
import { cacheRoot } from '../../../tools/real-parts/cache.ts';

/** Servers of one language that answer a JSON POST with the same JSON. */
export interface Contenders {
  readonly wrapper: Command;
  /** functions-framework of the language, as it comes. */
  readonly framework: Command;
  /** Whose requests/s the wrapper is held against, and whether it takes an event or plain JSON. */
  readonly rival: { readonly name: string; readonly command: Command; readonly takes: 'event' | 'plain' };
  /** The server of the language's own library, with nothing around it. */
  readonly bare: Command;
}

/** Languages that are compared, each with what makes its contenders in a folder of their own. */
export const contendersOf = { nodejs: nodejsContenders, python: pythonContenders, go: goContenders } as const;

const frameworkRival = (command: Command): Contenders['rival'] => ({
  name: 'functions-framework',
  command,
  takes: 'plain',
});

const nodejsFiles = {
  'index.mjs': 'export const handler = (data) => data;\n',
  'index.js': 'exports.echo = (request, response) => response.json(request.body);\n',
  'bare.mjs': `import { createServer } from 'node:http';
createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const text = JSON.stringify(JSON.parse(Buffer.concat(chunks)));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
  });
}).listen(process.env.PORT);
`,
} as const;

const pythonFiles = {
  'main.py': 'def handler(data):\n    return data\n',
  'echo.py': 'def echo(request):\n    return request.get_json()\n',
  'bare.py': `import asyncio, json, os
import uvicorn

async def app(scope, receive, send):
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message["more_body"]
    answer = json.dumps(json.loads(body)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})

uvicorn.run(app, port=int(os.environ["PORT"]), loop="uvloop", http="httptools", lifespan="off", access_log=False, log_level="error")
`,
} as const;

const goFiles = { 'main.go': 'package main\n\nfunc Handler(data any) any { return data }\n' } as const;

function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

/** The framework is installed outside of the checkout, once. */
function nodejsContenders(folder: string): Contenders {
  writeFiles(folder, nodejsFiles);
  const cache = frameworkFolder('functions-framework-5.0.5', (prefix) => [
    ['npm', 'install', '--prefix', prefix, '--no-audit', '--no-fund', '@google-cloud/functions-framework@5.0.5'],
  ]);
  const program = join(cache, 'node_modules', '.bin', 'functions-framework');
  const framework = { program: process.execPath, arguments: [program, '--target=echo', `--source=${folder}`] };
  return {
    wrapper: wrapperOf(localNodejs, folder),
    framework,
    rival: frameworkRival(framework),
    bare: { program: process.execPath, arguments: [join(folder, 'bare.mjs')] },
  };
}

/** The framework as it comes: gunicorn with threads. */
function pythonContenders(folder: string): Contenders {
  writeFiles(folder, pythonFiles);
  const cache = frameworkFolder('functions-framework-python-3.10.2', (prefix) => [
    ['python3', '-m', 'venv', prefix],
    [join(prefix, 'bin', 'pip'), 'install', '--quiet', 'functions-framework==3.10.2'],
  ]);
  const wrapper = wrapperOf(localPython, folder);
  const { RUNTIME_PACKAGES: packages = '' } = wrapper.variables ?? {};
  const framework = {
    program: join(cache, 'bin', 'functions-framework'),
    arguments: ['--target=echo', `--source=${join(folder, 'echo.py')}`],
  };
  return {
    wrapper,
    framework,
    rival: frameworkRival(framework),
    bare: { program: wrapper.program, arguments: [join(folder, 'bare.py')], variables: { PYTHONPATH: packages } },
  };
}

/** The others are programs of one module, whose versions its go.mod says; go keeps what it has built. */
function goContenders(folder: string): Contenders {
  writeFiles(folder, goFiles);
  const others = join(import.meta.dirname, 'go');
  const programs = join(folder, 'others');
  mkdirSync(programs);
  run('go', ['-C', others, 'build', '-trimpath', '-ldflags=-s -w', '-o', `${programs}/`, './...']);
  const named = (name: string): Command => ({ program: join(programs, name), arguments: [] });
  return {
    wrapper: wrapperOf(localGo, folder),
    framework: named('framework'),
    rival: { name: 'net/http with the CloudEvents SDK', command: named('sdk'), takes: 'event' },
    bare: named('bare'),
  };
}

/** The others take any number of requests at a time. */
function wrapperOf(runtime: LocalRuntime, source: string): Command {
  const { command } = prepareFunction(runtime, { source, handler: undefined });
  return { ...command, variables: { ...command.variables, MAX_CONCURRENCY: '100000' } };
}

type CommandLine = readonly [program: string, ...args: readonly string[]];

function frameworkFolder(name: string, install: (folder: string) => readonly CommandLine[]): string {
  const folder = join(cacheRoot(process.env), 'bench', name);
  const mark = join(folder, '.installed');
  if (existsSync(mark)) return folder;
  mkdirSync(folder, { recursive: true });
  for (const [program, ...args] of install(folder)) run(program, args);
  writeFileSync(mark, '');
  return folder;
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}
