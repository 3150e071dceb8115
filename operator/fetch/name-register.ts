import { unsafe } from './source-path.ts';

type Kind = 'file' | 'folder';

interface Entry {
  readonly path: string;
  readonly kind: Kind;
}

/** Names that are taken. Two that differ only in case or in Unicode form are one on other file systems, so they are refused. */
export class NameRegister {
  readonly #entries = new Map<string, Entry>();

  /** Takes a name that no other file has, and the names of its folders. */
  takeFile(path: string): void {
    const names = path.split('/');
    for (const depth of names.keys()) {
      if (depth > 0) this.#take({ path: names.slice(0, depth).join('/'), kind: 'folder' });
    }
    if (this.#take({ path, kind: 'file' })) throw unsafe(path, 'is there twice, allowed once');
  }

  /** Whether it was taken already, for the same. */
  #take(entry: Entry): boolean {
    const key = entry.path.normalize('NFC').toLowerCase();
    const there = this.#entries.get(key);
    if (there === undefined) {
      this.#entries.set(key, entry);
      return false;
    }
    if (there.path !== entry.path) {
      throw unsafe(entry.path, `differs from ${JSON.stringify(there.path)} only in case or Unicode form`);
    }
    if (there.kind !== entry.kind) throw unsafe(entry.path, `is both a ${there.kind} and a ${entry.kind}`);
    return true;
  }
}
