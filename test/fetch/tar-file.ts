import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';

export interface TarEntry extends Partial<Header> {
  readonly name: string;
  readonly content?: string | Buffer;
}

export async function makeTar(entries: readonly TarEntry[]): Promise<Buffer> {
  const archive = pack();
  for (const { content, ...header } of entries) {
    if (content === undefined) archive.entry({ ...header, size: 0 }, '');
    else archive.entry(header, content);
  }
  archive.finalize();
  return buffer(bytesOf(archive));
}

async function* bytesOf(chunks: AsyncIterable<unknown>): AsyncIterable<Buffer> {
  for await (const chunk of chunks) if (Buffer.isBuffer(chunk)) yield chunk;
}

export const makeTarGz = async (entries: readonly TarEntry[]): Promise<Buffer> => gzipSync(await makeTar(entries));
