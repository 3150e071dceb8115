import { spawn } from 'node:child_process';

export interface Command {
  readonly words: readonly string[];
  readonly folder: string;
  readonly variables?: Readonly<Record<string, string | undefined>>;
}

export interface Ending {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Variables that make hands to what it starts: those of this run are not meant for another one. */
const ownVariables = ['MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'MAKEOVERRIDES', 'ENV', 'OUT', 'BASE', 'HEAD', 'FORMAT'];

/** Runs a program to its end. Rejects where there is none of that name. */
export function run({ words: [program = '', ...args], folder, variables = {} }: Command): Promise<Ending> {
  const inherited = Object.entries(process.env).filter(([name]) => !ownVariables.includes(name));
  const env = { ...Object.fromEntries(inherited), ...variables };
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [output, errors]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code, output: Buffer.concat(output).toString(), errors: Buffer.concat(errors).toString() }),
    );
  });
}
