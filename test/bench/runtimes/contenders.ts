import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, localNodejs } from '../../../operator/runtimes/index.ts';
import { cacheRoot } from '../../../tools/real-parts/cache.ts';

/** Servers of one language that answer a JSON POST with the same JSON. */
export interface Contenders {
  readonly wrapper: Command;
  /** functions-framework of the language, as it comes. */
  readonly framework: Command;
  /** The server of the language's own library, with nothing around it. */
  readonly bare: Command;
}

const framework = { name: '@google-cloud/functions-framework', version: '5.0.5' } as const;

const files = {
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

/** Writes the functions into a folder, and installs the framework outside of the checkout, once. */
export function nodejsContenders(folder: string): Contenders {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const cache = join(cacheRoot(process.env), 'bench', `functions-framework-${framework.version}`);
  const program = join(cache, 'node_modules', '.bin', 'functions-framework');
  if (!existsSync(program)) install(cache);
  const paths = { source: folder, cache, work: folder, handler: undefined };
  return {
    // the others take any number at a time
    wrapper: withoutLimit(localNodejs.start(paths)),
    framework: { program: process.execPath, arguments: [program, '--target=echo', `--source=${folder}`] },
    bare: { program: process.execPath, arguments: [join(folder, 'bare.mjs')] },
  };
}

const withoutLimit = (command: Command): Command => ({
  ...command,
  variables: { ...command.variables, MAX_CONCURRENCY: '100000' },
});

function install(cache: string): void {
  mkdirSync(cache, { recursive: true });
  const args = ['install', '--prefix', cache, '--no-audit', '--no-fund', `${framework.name}@${framework.version}`];
  const { status, stderr } = spawnSync('npm', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')}: ${stderr}`);
}
