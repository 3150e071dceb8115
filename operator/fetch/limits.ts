import { z } from 'zod';
import { FetchError } from './failure.ts';

const mebibyte = 1024 ** 2;
const positive = z.int().min(1);

/** What one source may cost. */
export const limitsSchema = z.strictObject({
  /** Bytes that come over the network. */
  downloadBytes: positive.default(64 * mebibyte),
  /** Bytes of all files together, unpacked. */
  totalBytes: positive.default(256 * mebibyte),
  /** Bytes of one file, unpacked. */
  fileBytes: positive.default(64 * mebibyte),
  files: positive.default(10_000),
  pathBytes: positive.default(512),
  /** How many times larger than its archive the content may be; the first 16 MiB are free. */
  compressionRatio: positive.default(200),
  /** Time for everything. */
  seconds: positive.default(600),
  /** Time without a byte from the server. */
  silenceSeconds: positive.default(30),
});
export type Limits = z.infer<typeof limitsSchema>;

const freeBytes = 16 * mebibyte;

const tooLarge = (what: string, allowed: string, advice: string): FetchError =>
  new FetchError('TooLarge', `got ${what}, allowed ${allowed}; ${advice}`);

/** Counts what a source brings and refuses what is over a limit, at the byte that is too many. */
export class Budget {
  readonly #limits: Limits;
  #files = 0;
  #bytes = 0;
  #downloaded = 0;
  #packed = Infinity;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get files(): number {
    return this.#files;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Refuses a path that is too long, and one file too many. */
  addFile(path: string): void {
    const { pathBytes } = this.#limits;
    if (Buffer.byteLength(path) > pathBytes) {
      throw tooLarge(`a path of ${Buffer.byteLength(path)} bytes`, `${pathBytes}`, `shorten ${path.slice(0, 80)}…`);
    }
    this.#files += 1;
    this.refuseFiles(this.#files);
  }

  /** Refuses a number of files, as soon as it is known. */
  refuseFiles(count: number): void {
    const { files } = this.#limits;
    if (count > files) throw tooLarge(`more than ${files} files`, `${files}`, 'leave out what the function needs not');
  }

  /** From here on content is refused that is out of proportion to the archive that holds it: a decompression bomb. */
  unpack(packedBytes: number): void {
    this.#packed = packedBytes;
  }

  /** Counts bytes of a file that has `size` bytes with them. */
  addContent(path: string, bytes: number, size: number): void {
    const { fileBytes, totalBytes } = this.#limits;
    if (size > fileBytes) {
      throw tooLarge(`a file of more than ${fileBytes} bytes (${path})`, 'less', 'make it smaller');
    }
    this.#bytes += bytes;
    if (this.#bytes > totalBytes) {
      throw tooLarge(`${this.#bytes} bytes unpacked`, `${totalBytes}`, 'leave out what the function needs not');
    }
    this.refuseRatio(this.#bytes);
  }

  refuseRatio(unpackedBytes: number): void {
    const { compressionRatio } = this.#limits;
    if (unpackedBytes <= freeBytes || unpackedBytes <= this.#packed * compressionRatio) return;
    const got = `${this.#packed} bytes that unpack to more than ${compressionRatio} times as many`;
    throw new FetchError('TooLarge', `got ${got}, allowed less; pack it without such content`);
  }

  addDownload(bytes: number): void {
    this.#downloaded += bytes;
    this.refuseDownload(this.#downloaded);
  }

  /** Refuses a download by the length that the server announces, before a byte of it is read. */
  refuseDownload(bytes: number): void {
    const { downloadBytes } = this.#limits;
    if (bytes > downloadBytes)
      throw tooLarge(`${bytes} bytes to download`, `${downloadBytes}`, 'make the source smaller');
  }
}
