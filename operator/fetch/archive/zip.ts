import { constants } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { FetchError } from '../failure.ts';
import type { SourceTree } from '../source-tree.ts';
import { forbiddenEntry, toArchiveFault } from './archive-fault.ts';

const maximumLinkBytes = 4096;
/** Of "version made by": the upper byte says whether the attributes are those of Unix. */
const madeOnUnix = 3;

/** Reads a zip by its directory at the end; sizes and checksums must be those that it states. */
export async function unpackZip(path: string, tree: SourceTree): Promise<void> {
  try {
    const archive = await openPromise(path, { lazyEntries: true, validateEntrySizes: true });
    for await (const entry of archive.eachEntry()) await addEntry(archive, entry, tree);
  } catch (error) {
    throw toArchiveFault('zip', [error]);
  }
}

async function addEntry(archive: ZipFile, entry: Entry, tree: SourceTree): Promise<void> {
  const { fileName } = entry;
  if (fileName.endsWith('/') || fileName.startsWith('__MACOSX/')) return;
  if (entry.isEncrypted()) {
    throw new FetchError('Unsupported', `zip: got encrypted ${fileName}, allowed none; pack it without a password`);
  }
  const mode = entry.versionMadeBy >>> 8 === madeOnUnix ? entry.externalFileAttributes >>> 16 : 0;
  switch (mode & constants.S_IFMT) {
    case 0:
    case constants.S_IFREG:
      return tree.addFile(fileName, withChecksum(archive, entry), (mode & constants.S_IXUSR) !== 0);
    case constants.S_IFLNK:
      return tree.addLink(fileName, await readLink(archive, entry));
    default:
      throw forbiddenEntry(fileName, 'device or pipe');
  }
}

async function* withChecksum(archive: ZipFile, entry: Entry): AsyncIterable<Uint8Array> {
  let checksum = 0;
  const content: AsyncIterable<Uint8Array> = await archive.openReadStreamPromise(entry);
  for await (const chunk of content) {
    checksum = crc32(chunk, checksum);
    yield chunk;
  }
  if (checksum !== entry.crc32) {
    throw new FetchError('ArchiveInvalid', `zip: ${entry.fileName} has another checksum than stated; pack it again`);
  }
}

async function readLink(archive: ZipFile, entry: Entry): Promise<string> {
  if (entry.uncompressedSize > maximumLinkBytes) throw forbiddenEntry(entry.fileName, 'link of unusual length');
  return (await buffer(withChecksum(archive, entry))).toString('utf8');
}
