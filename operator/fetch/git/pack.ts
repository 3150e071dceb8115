import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { inflateSync } from 'node:zlib';
import type { Limits } from '../limits.ts';
import { FetchError } from '../failure.ts';
import { brokenPack } from './broken-pack.ts';
import { applyDelta, resultSize } from './delta.ts';

const objectTypes = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' } as const;
export type ObjectType = (typeof objectTypes)[keyof typeof objectTypes];

export interface GitObject {
  readonly type: ObjectType;
  readonly content: Buffer;
}

/** Where an object is in the pack: whole, or as the difference to another. */
type Place = { readonly start: number; readonly size: number } & (
  | { readonly kind: 'whole'; readonly type: ObjectType }
  | { readonly kind: 'after'; readonly base: number }
  | { readonly kind: 'of'; readonly base: string }
);

const headerBytes = 12;
const checksumBytes = 20;
const idBytes = 20;
const offsetDelta = 6;
const referenceDelta = 7;
/** Objects between two moments in which others may run, a deadline above all. */
const objectsAtOnce = 200;
const cachedBytes = 32 * 1024 ** 2;

/** What may come out of a pack. */
export interface PackLimits {
  readonly limits: Limits;
  /** Refuses so many bytes out of this pack. */
  readonly refuseRatio: (unpackedBytes: number) => void;
  readonly signal: AbortSignal;
}

/** A pack in memory (gitformat-pack, version 2). Ids are computed from the content, so what is found by id is what was meant. */
export class Pack {
  readonly #bytes: Buffer;
  readonly #settings: PackLimits;
  readonly #places = new Map<number, Place>();
  readonly #offsets = new Map<string, number>();
  readonly #cache = new Map<number, GitObject>();
  #cachedBytes = 0;
  #unpackedBytes = 0;

  private constructor(bytes: Buffer, settings: PackLimits) {
    this.#bytes = bytes;
    this.#settings = settings;
  }

  /** Reads where everything is. Fails on a pack that is cut off or changed. */
  static async open(bytes: Buffer, settings: PackLimits): Promise<Pack> {
    const pack = new Pack(bytes, settings);
    await pack.#index();
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

  async #index(): Promise<void> {
    const bytes = this.#bytes;
    const end = bytes.length - checksumBytes;
    if (end < headerBytes || bytes.toString('latin1', 0, 4) !== 'PACK' || bytes.readUInt32BE(4) !== 2) {
      throw brokenPack('it does not begin as one');
    }
    if (!createHash('sha1').update(bytes.subarray(0, end)).digest().equals(bytes.subarray(end))) {
      throw brokenPack('its checksum differs');
    }
    const count = bytes.readUInt32BE(8);
    let offset = headerBytes;
    for (let index = 0; index < count; index += 1) {
      if (index % objectsAtOnce === 0) await this.#breathe();
      const place = this.#readPlace(offset);
      this.#places.set(offset, place);
      offset = place.start + this.#inflate(place).consumed;
    }
    await this.#nameAll();
  }

  /** Objects that refer to others by id need those named first, so it goes round until no more can be named. */
  async #nameAll(): Promise<void> {
    let left = [...this.#places.keys()];
    for (;;) {
      const unnamed: number[] = [];
      for (const [index, offset] of left.entries()) {
        if (index % objectsAtOnce === 0) await this.#breathe();
        const object = this.#objectAt(offset);
        if (object === undefined) unnamed.push(offset);
        else this.#offsets.set(idOf(object), offset);
      }
      if (unnamed.length === 0) return;
      if (unnamed.length === left.length) throw brokenPack('a base is not in it');
      left = unnamed;
    }
  }

  async #breathe(): Promise<void> {
    await setImmediate();
    this.#settings.signal.throwIfAborted();
  }

  #readPlace(offset: number): Place {
    const first = this.#byteAt(offset);
    const type = (first >> 4) & 7;
    let size = first & 15;
    let start = offset + 1;
    for (let scale = 16, byte = first; byte >= 0x80; scale *= 128) {
      byte = this.#byteAt(start);
      start += 1;
      size += (byte & 0x7f) * scale;
    }
    this.#refuseSize(size);
    if (type === referenceDelta) {
      const base = this.#bytes.toString('hex', start, start + idBytes);
      return { kind: 'of', base, size, start: start + idBytes };
    }
    if (type === offsetDelta) {
      const { distance, next } = this.#readDistance(start);
      return { kind: 'after', base: offset - distance, size, start: next };
    }
    if (type === 1 || type === 2 || type === 3 || type === 4) {
      return { kind: 'whole', type: objectTypes[type], size, start };
    }
    throw brokenPack(`it holds an object of type ${type}`);
  }

  /** Seven bits a byte, the highest first; each further byte adds one to those before. */
  #readDistance(start: number): { readonly distance: number; readonly next: number } {
    let byte = this.#byteAt(start);
    let distance = byte & 0x7f;
    let next = start + 1;
    while (byte >= 0x80) {
      byte = this.#byteAt(next);
      distance = (distance + 1) * 128 + (byte & 0x7f);
      next += 1;
    }
    return { distance, next };
  }

  /** Undefined while its base is not named. */
  #objectAt(offset: number): GitObject | undefined {
    const cached = this.#cache.get(offset);
    if (cached !== undefined) return cached;
    const chain: Place[] = [];
    let object: GitObject | undefined;
    for (let at: number | undefined = offset; object === undefined;) {
      const place: Place | undefined = at === undefined ? undefined : this.#places.get(at);
      if (place === undefined) return undefined;
      if (chain.length > this.#places.size) throw brokenPack('a delta is its own base');
      if (place.kind === 'whole') object = { type: place.type, content: this.#inflate(place).content };
      else {
        chain.push(place);
        at = place.kind === 'after' ? place.base : this.#offsets.get(place.base);
        object = at === undefined ? undefined : this.#cache.get(at);
      }
    }
    for (const place of chain.toReversed()) object = this.#apply(object, place);
    this.#remember(offset, object);
    return object;
  }

  #apply({ type, content }: GitObject, place: Place): GitObject {
    const delta = this.#inflate(place).content;
    const size = resultSize(delta);
    this.#refuseSize(size);
    this.#count(size);
    return { type, content: applyDelta(content, delta) };
  }

  #remember(offset: number, object: GitObject): void {
    this.#cache.set(offset, object);
    this.#cachedBytes += object.content.length;
    for (const [oldest, { content }] of this.#cache) {
      if (this.#cachedBytes <= cachedBytes) return;
      this.#cache.delete(oldest);
      this.#cachedBytes -= content.length;
    }
  }

  #inflate({ start, size }: Place): { readonly content: Buffer; readonly consumed: number } {
    this.#count(size);
    const inflated = inflate(this.#bytes.subarray(start, -checksumBytes), size);
    if (inflated.content.length !== size) throw brokenPack('an object has another size than stated');
    return inflated;
  }

  #count(bytes: number): void {
    this.#unpackedBytes += bytes;
    this.#settings.refuseRatio(this.#unpackedBytes);
  }

  #refuseSize(size: number): void {
    const { fileBytes } = this.#settings.limits;
    if (size > fileBytes) {
      const advice = 'take it out of the repository, or use a path without it';
      throw new FetchError('TooLarge', `git: got a file of ${size} bytes, allowed ${fileBytes}; ${advice}`);
    }
  }

  #byteAt(index: number): number {
    const byte = this.#bytes[index];
    if (byte === undefined || index >= this.#bytes.length - checksumBytes) throw brokenPack('it ends early');
    return byte;
  }
}

function idOf({ type, content }: GitObject): string {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
}

/** Inflates what begins here, and tells how long it was. */
function inflate(bytes: Buffer, size: number): { readonly content: Buffer; readonly consumed: number } {
  try {
    // the types leave out what `info` answers
    const answer: unknown = inflateSync(bytes, {
      info: true,
      maxOutputLength: size + 1,
      chunkSize: chunkSizeFor(size),
    });
    return parseInflated(answer);
  } catch (error) {
    throw error instanceof FetchError ? error : brokenPack('an object cannot be inflated');
  }
}

const chunkSizeFor = (size: number): number => Math.min(Math.max(size + 1, 64), 256 * 1024);

function parseInflated(answer: unknown): { readonly content: Buffer; readonly consumed: number } {
  if (typeof answer === 'object' && answer !== null && 'buffer' in answer && 'engine' in answer) {
    const { buffer: content, engine } = answer;
    const isEngine = typeof engine === 'object' && engine !== null && 'bytesWritten' in engine;
    if (Buffer.isBuffer(content) && isEngine && typeof engine.bytesWritten === 'number') {
      return { content, consumed: engine.bytesWritten };
    }
  }
  throw new TypeError('zlib: the answer with info has another form');
}
