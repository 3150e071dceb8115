import { createReadStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Extract, extract, type Header } from 'tar-stream';
import type { Budget } from '../limits.ts';
import type { SourceTree } from '../source-tree.ts';
import { FetchError } from '../failure.ts';
import { forbiddenEntry, toArchiveFault } from './archive-fault.ts';

const executable = 0o100;

export async function unpackTar(path: string, tree: SourceTree, gzipped: boolean): Promise<void> {
  const entries = extract();
  const headers = new HeaderAllowance(tree.budget);
  const input = createReadStream(path);
  const flow = gzipped
    ? pipeline(input, createGunzip(), headers.count(), entries)
    : pipeline(input, headers.count(), entries);
  const ends = await Promise.allSettled([addEntries(entries, tree, headers), flow]);
  const faults = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  if (faults.length > 0) throw toArchiveFault('tar', faults);
}

async function addEntries(entries: Extract, tree: SourceTree, headers: HeaderAllowance): Promise<void> {
  for await (const entry of entries) {
    headers.allow(entry.header.size);
    await addEntry(entry, tree);
    // what an entry that is left out still holds
    entry.resume();
  }
}

async function addEntry(
  entry: AsyncIterable<unknown> & { readonly header: Header },
  tree: SourceTree,
): Promise<void> {
  const { name, type, mode, linkname } = entry.header;
  switch (type) {
    case 'file':
    case 'contiguous-file':
      return tree.addFile(name, bytesOf(entry), (mode & executable) !== 0);
    case 'symlink':
      return tree.addLink(name, linkname);
    case 'directory':
      return undefined;
    case 'link':
      throw forbiddenEntry(name, 'hard link');
    default:
      throw forbiddenEntry(name, 'device or pipe');
  }
}

/** The types of the reader leave open what its chunks are. */
async function* bytesOf(chunks: AsyncIterable<unknown>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError(`tar: got a chunk of type ${typeof chunk}, allowed a buffer`);
    yield chunk;
  }
}

const headerBytes = 1024 ** 2;
const blockBytes = 512;

/** Bounds what lies between files: headers are held in memory, so a huge one would be a bomb. */
class HeaderAllowance {
  readonly #budget: Budget;
  #allowed = headerBytes;
  #read = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Allows a file of that many bytes, with its header and padding. */
  allow(bytes: number): void {
    this.#allowed += bytes + 4 * blockBytes;
  }

  count(): Transform {
    return new Transform({
      transform: (chunk: Uint8Array, _encoding, done) => {
        this.#read += chunk.length;
        try {
          this.#budget.refuseRatio(this.#read);
        } catch (error) {
          return done(error instanceof Error ? error : null);
        }
        if (this.#read <= this.#allowed) return done(null, chunk);
        const message = `tar: got more than ${headerBytes} bytes that belong to no file, allowed less; pack it again`;
        return done(new FetchError('ArchiveInvalid', message));
      },
    });
  }
}
