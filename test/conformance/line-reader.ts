export type LogLine = Readonly<Record<string, unknown>>;

const newline = 0x0a;
const brace = 0x7b;
/** A longer line is none of the wrapper's. */
const longestLine = 256 * 1024;

/** Keeps the JSON lines of a stream and only counts the bytes of the rest, however many they are. */
export class LineReader {
  readonly lines: LogLine[] = [];
  bytes = 0;
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  read(chunk: Buffer): void {
    this.bytes += chunk.length;
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      this.#take(chunk.subarray(start, end));
      start = end + 1;
    }
    this.#hold(chunk.subarray(start));
  }

  #hold(rest: Buffer): void {
    if (rest.length === 0) return;
    this.#pendingBytes += rest.length;
    if (this.#pendingBytes <= longestLine) this.#pending.push(rest);
  }

  #take(end: Buffer): void {
    const isShort = this.#pendingBytes + end.length <= longestLine;
    const line = this.#pending.length === 0 ? end : Buffer.concat([...this.#pending, end]);
    this.#pending = [];
    this.#pendingBytes = 0;
    if (isShort && line[0] === brace) this.lines.push(JSON.parse(line.toString('utf8')));
  }
}
