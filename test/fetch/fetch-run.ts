import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { lookup } from 'node:dns/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import { type Answer, parseAnswer } from '../../operator/fetch/answer.ts';
import type { planSchema } from '../../operator/fetch/plan.ts';
import { type ExitCode, runProgram, type World } from '../../operator/fetch/program.ts';

type PlanInput = z.input<typeof planSchema>;
/** What most plans have in common may be left out. */
export type TestPlan = Pick<PlanInput, 'source'> & Partial<PlanInput>;

export interface Run {
  readonly answer: Answer;
  readonly code: ExitCode;
  readonly printed: string;
  /** Files of the context by path, links as `-> target`; undefined when there is no context. */
  readonly context: Readonly<Record<string, string>> | undefined;
  /** What else is in the workspace. */
  readonly leftOvers: readonly string[];
}

/** A folder for the runs of one suite. */
export interface Workspace {
  readonly folder: string;
  fetch(this: void, plan: TestPlan, world?: Partial<World>): Promise<Run>;
  resolve(this: void, plan: TestPlan, world?: Partial<World>): Promise<Run>;
  /** Mounts a Secret: a folder with a file for each key. */
  mount(this: void, values: Readonly<Record<string, string>>): Promise<string>;
  remove(this: void): Promise<void>;
}

export async function makeWorkspace(): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), 'knative-lambda-fetch-'));
  const makeFolder = (name: string): Promise<string> => mkdtemp(join(folder, name));
  const run = async (plan: TestPlan, world: Partial<World>, words: readonly string[]): Promise<Run> => {
    const workspace = await makeFolder('workspace-');
    const target = join(workspace, 'context');
    const termination = join(await makeFolder('log-'), 'termination');
    const printed: string[] = [];
    const code = await runProgram({
      arguments: words,
      resolveHost: (host) => lookup(host, { all: true }),
      now: () => new Date(),
      stop: new AbortController().signal,
      print: (text) => void printed.push(text),
      renderContext: () => Promise.resolve(new Map()),
      ...world,
      environment: {
        FETCH_PLAN: JSON.stringify({ ...commonPlan, target, ...plan }),
        TERMINATION_LOG: termination,
        ...world.environment,
      },
    });
    const answer = parseAnswer(await readFile(termination, 'utf8'));
    if (answer === undefined) throw new Error(`no answer: ${printed.join('')}`);
    const names = await readdir(workspace);
    return {
      answer,
      code,
      printed: printed.join(''),
      context: names.includes('context') ? await readTree(target) : undefined,
      leftOvers: names.filter((name) => name !== 'context'),
    };
  };
  return {
    folder,
    fetch: (plan, world = {}) => run(plan, world, []),
    resolve: (plan, world = {}) => run(plan, world, ['--resolve']),
    mount: async (values) => {
      const secret = await makeFolder('secret-');
      await writeFiles(secret, values);
      return secret;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const commonPlan = {
  credentials: { kind: 'none' },
  runtime: { language: 'python', version: '3.12' },
  trustedHosts: ['127.0.0.1'],
} as const;

export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

async function readTree(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1);
    if (entry.isSymbolicLink()) files[name] = `-> ${await readlink(path)}`;
    else if (entry.isFile()) files[name] = await readFile(path, 'utf8');
  }
  return files;
}
