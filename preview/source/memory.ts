import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseStoredText, type Rendering, toStoredText } from './rendering.ts';

/**
 * What at the top of a checkout does not feed manifests/. Anything else does, also what is added later: too many
 * inputs cost a rendering, one too few would show a wrong report.
 */
const noInputs: ReadonlySet<string> = new Set(['cli', 'docs', 'manifests', 'preview', 'samples', 'test', '.github']);

/** A name for what a tree renders to: the same inputs under the same Node.js give the same manifests. */
export function inputsKey(entries: ReadonlyMap<string, string>, nodeVersion: string): string {
  const inputs = [...entries].filter(([name]) => !noInputs.has(name) && !name.endsWith('.md'));
  const lines = inputs.map(([name, id]) => `${id} ${name}`).toSorted();
  return createHash('sha256')
    .update([nodeVersion, ...lines].join('\n'))
    .digest('hex');
}

const most = 32;

/** Renderings that were made before, in a folder outside the checkout, by the key of their inputs. */
export class RenderingMemory {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  #path(key: string): string {
    return join(this.#folder, `${key}.json`);
  }

  find(key: string, now: Date): Rendering | undefined {
    try {
      const rendering = parseStoredText(readFileSync(this.#path(key), 'utf8'));
      utimesSync(this.#path(key), now, now);
      return rendering;
    } catch {
      // absent or cut short: it is made again
      return undefined;
    }
  }

  /** Keeps a rendering and forgets those that were used longest ago. */
  keep(key: string, rendering: Rendering): void {
    mkdirSync(this.#folder, { recursive: true });
    const draft = `${this.#path(key)}.${process.pid}`;
    writeFileSync(draft, toStoredText(rendering));
    renameSync(draft, this.#path(key));
    const files = readdirSync(this.#folder).map((name) => join(this.#folder, name));
    const usedAt = new Map(files.map((file) => [file, statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0]));
    files
      .toSorted((one, other) => (usedAt.get(other) ?? 0) - (usedAt.get(one) ?? 0))
      .slice(most)
      .forEach((file) => rmSync(file, { force: true }));
  }
}
