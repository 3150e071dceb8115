import { FetchError } from '../failure.ts';
import type { Budget, Limits } from '../limits.ts';
import type { GitServer, PackRequest } from './git-server.ts';
import { type GitObject, Pack } from './pack.ts';

export interface GitObjectsSettings {
  readonly limits: Limits;
  readonly signal: AbortSignal;
  /** Counts what is downloaded. */
  readonly buildBudget: () => Budget;
}

/** Objects of one repository that have been fetched. */
export class GitObjects {
  readonly server: GitServer;
  readonly #settings: GitObjectsSettings;
  readonly #budget: Budget;
  readonly #packs: Pack[] = [];

  constructor(server: GitServer, settings: GitObjectsSettings) {
    this.server = server;
    this.#settings = settings;
    this.#budget = settings.buildBudget();
  }

  has(id: string): boolean {
    return this.#packs.some((pack) => pack.has(id));
  }

  ids(): readonly string[] {
    return this.#packs.flatMap((pack) => [...pack.ids]);
  }

  readonly read = (id: string): GitObject | undefined => {
    for (const pack of this.#packs) {
      const object = pack.read(id);
      if (object !== undefined) return object;
    }
    return undefined;
  };

  get(id: string): GitObject {
    const object = this.read(id);
    if (object === undefined)
      throw new FetchError('Truncated', `git: the object ${id} did not come; it is tried again`);
    return object;
  }

  async load(request: PackRequest): Promise<void> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of this.server.pack(request)) {
      bytes += chunk.length;
      this.#budget.addDownload(chunk.length);
      chunks.push(chunk);
    }
    this.#budget.unpack(bytes);
    const { limits, signal } = this.#settings;
    const refuseUnpacked = (unpacked: number): void => this.#budget.refuseRatio(unpacked);
    this.#packs.push(await Pack.open(Buffer.concat(chunks), { objectBytes: limits.fileBytes, refuseUnpacked, signal }));
  }

  /** Fetches what was left out before. */
  async loadMissing(ids: readonly string[]): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => !this.has(id));
    if (missing.length > 0) await this.load({ wants: missing, history: true, leaveOut: 'nothing' });
  }
}
