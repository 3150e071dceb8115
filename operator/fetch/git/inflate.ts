import { inflateSync } from 'node:zlib';
import { brokenPack } from './broken-pack.ts';

export interface Inflated {
  readonly content: Buffer;
  /** Bytes that the packed content had. */
  readonly consumed: number;
}

const smallestChunk = 64;
const largestChunk = 256 * 1024;

/** Inflates what begins here. Fails unless that is as many bytes as stated: one more is never held. */
export function inflate(bytes: Buffer, size: number): Inflated {
  const chunkSize = Math.min(Math.max(size + 1, smallestChunk), largestChunk);
  const inflated = tryInflate(bytes, { info: true, maxOutputLength: size + 1, chunkSize });
  if (inflated?.content.length !== size) throw brokenPack('an object has another size than stated');
  return inflated;
}

interface InflateOptions {
  readonly info: true;
  readonly maxOutputLength: number;
  readonly chunkSize: number;
}

function tryInflate(bytes: Buffer, options: InflateOptions): Inflated | undefined {
  let answer: unknown;
  try {
    answer = inflateSync(bytes, options);
  } catch {
    return undefined;
  }
  return parseInflated(answer);
}

/** The types of Node.js leave out what `info` answers. */
function parseInflated(answer: unknown): Inflated {
  if (typeof answer === 'object' && answer !== null && 'buffer' in answer && 'engine' in answer) {
    const { buffer: content, engine } = answer;
    const isEngine = typeof engine === 'object' && engine !== null && 'bytesWritten' in engine;
    if (Buffer.isBuffer(content) && isEngine && typeof engine.bytesWritten === 'number') {
      return { content, consumed: engine.bytesWritten };
    }
  }
  throw new TypeError('zlib: the answer with info has another form');
}
