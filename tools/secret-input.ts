import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { Writable } from 'node:stream';
import { parseValues } from './secret-values.ts';

/** Asks for values without echo on a terminal, else reads them from standard input. */
export async function readValues(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  return process.stdin.isTTY ? ask(keys) : parseValues(await text(process.stdin), keys);
}

async function ask(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: silent, terminal: true });
  const lines: string[] = [];
  try {
    for (const key of keys) {
      process.stderr.write(`${key}: `);
      lines.push(`${key}=${await prompt.question('')}`);
      process.stderr.write('\n');
    }
  } finally {
    prompt.close();
  }
  return parseValues(lines.join('\n'), keys);
}
