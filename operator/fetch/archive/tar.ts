import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Extract, extract, type Header } from 'tar-stream';
import type { Budget } from '../limits.ts';
import type { SourceTree } from '../source-tree.ts';
import { forbiddenEntry, toArchiveFault } from './archive-fault.ts';

const executable = 0o100;

export async function unpackTar(path: string, tree: SourceTree, gzipped: boolean): Promise<void> {
  const entries = extract();
  const input = createReadStream(path);
  const counted = refuseBomb(tree.budget);
  const flow = gzipped ? pipeline(input, createGunzip(), counted, entries) : pipeline(input, counted, entries);
  const ends = await Promise.allSettled([addEntries(entries, tree), flow]);
  const faults = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  if (faults.length > 0) throw toArchiveFault('tar', faults);
}

async function addEntries(entries: Extract, tree: SourceTree): Promise<void> {
  for await (const entry of entries) {
    await addEntry(entry, tree);
    // what an entry that is left out still holds
    entry.resume();
  }
}

async function addEntry(entry: AsyncIterable<unknown> & { readonly header: Header }, tree: SourceTree): Promise<void> {
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

/** What is in no file counts too: headers and folders without end. */
function refuseBomb(budget: Budget) {
  return async function* count(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      budget.refuseRatio(bytes);
      yield chunk;
    }
  };
}
