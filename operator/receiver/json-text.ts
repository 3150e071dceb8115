import { Refusal } from './refusal.ts';

/** Nesting that JSON.parse and the schemas are given at most. */
export const maxJsonDepth = 32;

const [quote, backslash] = [0x22, 0x5c];
const opening: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const closing: ReadonlySet<number> = new Set([0x5d, 0x7d]);

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * JSON of bytes in UTF-8.
 * @throws Refusal when they are no UTF-8, no JSON, or nested deeper than {@link maxJsonDepth}
 */
export function parseJson(bytes: Uint8Array, pointer: string): unknown {
  if (isDeeperThan(bytes, maxJsonDepth)) {
    throw refuse(pointer, `nested too deeply, allowed ${maxJsonDepth} levels`);
  }
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    // the error of JSON.parse quotes what was sent
    throw refuse(pointer, 'no JSON in UTF-8; send one JSON value');
  }
}

const refuse = (pointer: string, message: string): Refusal =>
  new Refusal('invalid_cloudevent', message, { faults: [{ pointer, message }] });

/** Counts brackets outside of strings, before anything is built from them. */
function isDeeperThan(bytes: Uint8Array, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (inString && byte === backslash) index += 1;
    else if (byte === quote) inString = !inString;
    else if (!inString) depth += stepOf(byte);
    if (depth > limit) return true;
  }
  return false;
}

const stepOf = (byte: number): number => (opening.has(byte) ? 1 : closing.has(byte) ? -1 : 0);
