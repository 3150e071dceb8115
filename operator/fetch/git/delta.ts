import { brokenPack } from './broken-pack.ts';

/** A number as deltas have it: seven bits a byte, the lowest first. */
function readSize(bytes: Buffer, start: number): { readonly value: number; readonly next: number } {
  let value = 0;
  let next = start;
  for (let scale = 1; ; scale *= 128) {
    const byte = byteAt(bytes, next);
    next += 1;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, next };
  }
}

function byteAt(bytes: Buffer, index: number): number {
  const byte = bytes[index];
  if (byte === undefined) throw brokenPack('a delta ends early');
  return byte;
}

/** Bytes of the object that the delta makes. */
export function resultSize(delta: Buffer): number {
  return readSize(delta, readSize(delta, 0).next).value;
}

/** Makes an object of its base (gitformat-pack, "Deltified representation"). */
export function applyDelta(base: Buffer, delta: Buffer): Buffer {
  const baseSize = readSize(delta, 0);
  const size = readSize(delta, baseSize.next);
  if (baseSize.value !== base.length) throw brokenPack('a delta has another base');
  const result = Buffer.alloc(size.value);
  let written = 0;
  for (let next = size.next; next < delta.length;) {
    const step = readStep(delta, next);
    const from = step.from === 'base' ? base : delta;
    const isThere = step.length > 0 && step.offset + step.length <= from.length;
    if (!isThere || written + step.length > result.length) throw brokenPack('a delta copies what is not there');
    from.copy(result, written, step.offset, step.offset + step.length);
    written += step.length;
    next = step.next;
  }
  if (written !== result.length) throw brokenPack('a delta makes too little');
  return result;
}

/** Bytes to copy, of the base or of the delta itself, and where the next instruction is. */
interface Step {
  readonly from: 'base' | 'delta';
  readonly offset: number;
  readonly length: number;
  readonly next: number;
}

function readStep(delta: Buffer, start: number): Step {
  const instruction = byteAt(delta, start);
  if (instruction >= 0x80) return readCopy(delta, start, instruction);
  const offset = start + 1;
  return { from: 'delta', offset, length: instruction, next: offset + instruction };
}

/** Four bits of the instruction say which bytes of the offset follow, three which of the length. */
function readCopy(delta: Buffer, start: number, instruction: number): Step {
  let next = start + 1;
  const readNumber = (firstBit: number, bytes: number): number => {
    let value = 0;
    for (let place = 0; place < bytes; place += 1) {
      if ((instruction & (1 << (firstBit + place))) === 0) continue;
      value += byteAt(delta, next) * 256 ** place;
      next += 1;
    }
    return value;
  };
  const offset = readNumber(0, 4);
  const length = readNumber(4, 3) || 0x1_0000;
  return { from: 'base', offset, length, next };
}
