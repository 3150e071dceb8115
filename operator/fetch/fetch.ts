import { lookup } from 'node:dns/promises';
import { dirname, join } from 'node:path';
import { wrappersFolder } from '../runtimes/wrapper.ts';
import { runProgram } from './program.ts';
import { renderFrom } from './render.ts';

/** The program of `--mode=fetch`. */
export async function run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  const controller = new AbortController();
  process.once('SIGTERM', () => controller.abort());
  process.exitCode = await runProgram({
    arguments: args,
    environment,
    resolveHost: (host) => lookup(host, { all: true }),
    now: () => new Date(),
    stop: controller.signal,
    print: (text) => void process.stdout.write(text),
    renderContext: renderFrom(join(dirname(process.argv[1] ?? ''), wrappersFolder)),
  });
}
