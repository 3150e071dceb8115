import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { FetchError } from '../failure.ts';
import { brokenPack } from './broken-pack.ts';
import { applyDelta, resultSize } from './delta.ts';
import { inflate } from './inflate.ts';
import { type ObjectType, type PackEntry, readPackEntry } from './pack-entry.ts';

export interface GitObject {
  readonly type: ObjectType;
  readonly content: Buffer;
}

/** What may come out of a pack. */
export interface PackLimits {
  /** Largest object. */
  readonly objectBytes: number;
  /** Refuses so many bytes out of one pack. */
  readonly refuseUnpacked: (bytes: number) => void;
  readonly signal: AbortSignal;
}

const headerBytes = 12;
const checksumBytes = 20;
const version = 2;
/** Objects between two moments in which others may run, a deadline above all. */
const objectsAtOnce = 200;
const maximumCachedBytes = 32 * 1024 ** 2;

/** A pack in memory (gitformat-pack). Ids are computed from the content, so what is found by id is what was meant. */
export class Pack {
  /** Without the checksum. */
  readonly #bytes: Buffer;
  readonly #limits: PackLimits;
  readonly #entries = new Map<number, PackEntry>();
  readonly #offsets = new Map<string, number>();
  readonly #cache = new Map<number, GitObject>();
  #cachedBytes = 0;
  #unpackedBytes = 0;

  private constructor(bytes: Buffer, limits: PackLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
  }

  /** Finds all objects of a pack. Fails on one that is cut off or changed. */
  static async open(bytes: Buffer, limits: PackLimits): Promise<Pack> {
    const pack = new Pack(checkPack(bytes), limits);
    await pack.#findEntries();
    await pack.#nameEntries();
    return pack;
  }

  get ids(): Iterable<string> {
    return this.#offsets.keys();
  }

  has(id: string): boolean {
    return this.#offsets.has(id);
  }

  read(id: string): GitObject | undefined {
    const offset = this.#offsets.get(id);
    return offset === undefined ? undefined : this.#objectAt(offset);
  }

  async #findEntries(): Promise<void> {
    const count = this.#bytes.readUInt32BE(8);
    let offset = headerBytes;
    for (let index = 0; index < count; index += 1) {
      await this.#breathe(index);
      const entry = readPackEntry(this.#bytes, offset);
      this.#entries.set(offset, entry);
      const { content, consumed } = this.#inflate(entry);
      // what is whole needs not be inflated again for its name
      if (entry.kind === 'whole') this.#name(offset, { type: entry.type, content });
      offset = entry.start + consumed;
    }
  }

  /** A delta whose base is not named yet waits for the next round. */
  async #nameEntries(): Promise<void> {
    let waiting = [...this.#entries].flatMap(([offset, { kind }]) => (kind === 'whole' ? [] : [offset]));
    while (waiting.length > 0) {
      const unnamed: number[] = [];
      for (const [index, offset] of waiting.entries()) {
        await this.#breathe(index);
        const object = this.#objectAt(offset);
        if (object === undefined) unnamed.push(offset);
        else this.#name(offset, object);
      }
      if (unnamed.length === waiting.length) throw brokenPack('a base is not in it');
      waiting = unnamed;
    }
  }

  async #breathe(index: number): Promise<void> {
    if (index % objectsAtOnce !== 0) return;
    await setImmediate();
    this.#limits.signal.throwIfAborted();
  }

  #name(offset: number, object: GitObject): void {
    this.#offsets.set(idOf(object), offset);
  }

  /** Undefined while a base is not named. */
  #objectAt(offset: number): GitObject | undefined {
    const deltas: PackEntry[] = [];
    let at: number | undefined = offset;
    for (;;) {
      const entry: PackEntry | undefined = at === undefined ? undefined : this.#entries.get(at);
      if (at === undefined || entry === undefined) return undefined;
      const cached = this.#cache.get(at);
      if (cached !== undefined) return this.#unfold(offset, cached, deltas);
      if (entry.kind === 'whole') {
        return this.#unfold(offset, { type: entry.type, content: this.#inflate(entry).content }, deltas);
      }
      if (deltas.push(entry) > this.#entries.size) throw brokenPack('a delta is its own base');
      at = entry.kind === 'offset-delta' ? entry.base : this.#offsets.get(entry.base);
    }
  }

  /** Applies deltas to the object that the last of them is made from. */
  #unfold(offset: number, base: GitObject, deltas: readonly PackEntry[]): GitObject {
    const object = deltas.toReversed().reduce(({ type, content }, entry) => {
      const delta = this.#inflate(entry).content;
      this.#count(resultSize(delta));
      return { type, content: applyDelta(content, delta) };
    }, base);
    this.#remember(offset, object);
    return object;
  }

  #remember(offset: number, object: GitObject): void {
    if (this.#cache.has(offset)) return;
    this.#cache.set(offset, object);
    this.#cachedBytes += object.content.length;
    for (const [oldest, { content }] of this.#cache) {
      if (this.#cachedBytes <= maximumCachedBytes) return;
      this.#cache.delete(oldest);
      this.#cachedBytes -= content.length;
    }
  }

  #inflate({ start, size }: PackEntry) {
    this.#count(size);
    return inflate(this.#bytes.subarray(start), size);
  }

  /** Refuses before the bytes are held. */
  #count(bytes: number): void {
    const { objectBytes, refuseUnpacked } = this.#limits;
    if (bytes > objectBytes) {
      const advice = 'take it out of the repository, or name a path without it';
      throw new FetchError('TooLarge', `git: got a file of ${bytes} bytes, allowed ${objectBytes}; ${advice}`);
    }
    this.#unpackedBytes += bytes;
    refuseUnpacked(this.#unpackedBytes);
  }
}

/** The pack without its checksum, which must be that of the rest. */
function checkPack(bytes: Buffer): Buffer {
  const content = bytes.subarray(0, Math.max(bytes.length - checksumBytes, 0));
  if (content.length < headerBytes || content.toString('latin1', 0, 4) !== 'PACK') {
    throw brokenPack('it does not begin as one');
  }
  if (content.readUInt32BE(4) !== version) throw brokenPack(`it has version ${content.readUInt32BE(4)}`);
  const checksum = createHash('sha1').update(content).digest();
  if (!checksum.equals(bytes.subarray(content.length))) throw brokenPack('its checksum differs');
  return content;
}

function idOf({ type, content }: GitObject): string {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
}
