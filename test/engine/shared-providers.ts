import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { projectRoot } from '../../stacks/index.ts';

/** Stand-ins that run for as long as a suite, so that no run of the CLI starts its own. */
export interface SharedProviders {
  /** Variables by which the CLI finds them. */
  readonly variables: Readonly<Record<string, string>>;
  stop(this: void): void;
}

const programs = { aws: 'aws-provider.ts', kubernetes: 'kubernetes-provider.ts' } as const;

/** @throws Error where the program ends before it prints one */
async function firstLine(name: string, child: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [])]);
  if (line === undefined) throw new Error(`provider of ${name}: ended before it served`);
  return String(line);
}

export async function startProviders(environment: Readonly<Record<string, string>>): Promise<SharedProviders> {
  const started = Object.entries(programs).map(([name, file]) => {
    const words = ['--import', 'tsx', join(import.meta.dirname, file)];
    const env = { ...process.env, ...environment };
    // it also prints each refusal that it hands on
    const child = spawn(process.execPath, words, { cwd: projectRoot, env, stdio: ['ignore', 'pipe', 'ignore'] });
    return { name, child, port: firstLine(name, child) };
  });
  const ports = await Promise.all(started.map(async ({ name, port }) => `${name}:${await port}`));
  return {
    variables: { PULUMI_DEBUG_PROVIDERS: ports.join(',') },
    stop: () => started.forEach(({ child }) => child.kill()),
  };
}
