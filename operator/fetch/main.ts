import { lookup } from 'node:dns/promises';
import { runProgram } from './program.ts';

const controller = new AbortController();
process.once('SIGTERM', () => controller.abort());

async function main(): Promise<void> {
  process.exitCode = await runProgram({
    arguments: process.argv.slice(2),
    environment: process.env,
    resolveHost: (host) => lookup(host, { all: true }),
    now: () => new Date(),
    stop: controller.signal,
    print: (text) => void process.stdout.write(text),
    // the image templates of the languages render what is built beside the author's files
    renderContext: () => Promise.resolve(new Map()),
  });
}

// the bundle is CommonJS, which cannot await here
void main();
