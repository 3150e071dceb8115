import { ConnectionError } from './api-error.ts';

const newline = 0x0a;

/**
 * Lines of a stream of bytes. Each byte is looked at once, however many pieces a line comes in.
 * @throws ConnectionError when the stream ends within a line
 */
export async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let pending: Buffer[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      yield Buffer.concat([...pending, chunk.subarray(start, end)]).toString('utf8');
      pending = [];
      start = end + 1;
    }
    if (start < chunk.length) pending.push(chunk.subarray(start));
  }
  if (pending.length > 0) throw new ConnectionError('the stream ended within a line', 'ETRUNCATED');
}
