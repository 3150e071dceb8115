import { open } from 'node:fs/promises';
import { FetchError } from '../failure.ts';

/** What a downloaded object is by its first bytes; its name proves nothing. */
export type ArchiveKind = 'zip' | 'tar' | 'tar.gz' | 'file';

interface Signature {
  readonly offset: number;
  readonly bytes: Buffer;
  readonly kind: ArchiveKind | 'unsupported';
  readonly name: string;
}

const signature = (kind: Signature['kind'], name: string, hex: string, offset = 0): Signature => ({
  kind,
  name,
  offset,
  bytes: Buffer.from(hex, 'hex'),
});

const signatures: readonly Signature[] = [
  signature('zip', 'zip', '504b0304'),
  signature('zip', 'empty zip', '504b0506'),
  signature('tar.gz', 'gzip', '1f8b'),
  signature('tar', 'tar', '7573746172', 257),
  signature('unsupported', 'bzip2', '425a68'),
  signature('unsupported', 'xz', 'fd377a585a00'),
  signature('unsupported', 'zstd', '28b52ffd'),
  signature('unsupported', '7z', '377abcaf271c'),
  signature('unsupported', 'rar', '526172211a07'),
];

const inspectedBytes = 262;

export async function identifyArchive(path: string): Promise<ArchiveKind> {
  const head = await readHead(path);
  const found = signatures.find(({ offset, bytes }) => head.subarray(offset, offset + bytes.length).equals(bytes));
  if (found?.kind === 'unsupported') {
    throw new FetchError(
      'Unsupported',
      `archive: got ${found.name}, allowed zip, tar and tar.gz; pack it as one of them`,
    );
  }
  return found?.kind ?? 'file';
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(inspectedBytes), 0, inspectedBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
