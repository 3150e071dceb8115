import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { projectRoot } from '../../stacks/index.ts';
import { installedPlugin, standInWords } from './programs.ts';

/** Stand-ins that run for as long as a suite, so that no run of the CLI starts its own. */
export interface SharedProviders {
  /** Variables by which the CLI finds them. */
  readonly variables: Readonly<Record<string, string>>;
  stop(this: void): void;
}

const programs = { aws: 'pulumi-resource-aws', kubernetes: 'pulumi-resource-kubernetes' } as const;

/** @throws Error where the program ends before it prints one */
async function firstLine(name: string, child: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [])]);
  if (line === undefined) throw new Error(`provider of ${name}: ended before it served`);
  return String(line);
}

export async function startProviders(environment: Readonly<Record<string, string>>): Promise<SharedProviders> {
  const missing = Object.entries(programs).filter(([, program]) => installedPlugin(program) === undefined);
  const started = missing.map(([name, program]) => {
    const words = standInWords(program);
    const env = { ...process.env, ...environment };
    // it also prints each refusal that it hands on
    const child = spawn(process.execPath, words, { cwd: projectRoot, env, stdio: ['ignore', 'pipe', 'ignore'] });
    return { name, child, port: firstLine(name, child) };
  });
  const ports = await Promise.all(started.map(async ({ name, port }) => `${name}:${await port}`));
  return {
    variables: ports.length === 0 ? {} : { PULUMI_DEBUG_PROVIDERS: ports.join(',') },
    stop: () => started.forEach(({ child }) => child.kill()),
  };
}
