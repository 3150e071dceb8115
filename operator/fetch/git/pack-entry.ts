import { brokenPack } from './broken-pack.ts';

const objectTypes = ['commit', 'tree', 'blob', 'tag'] as const;
export type ObjectType = (typeof objectTypes)[number];

/** Where an object is in a pack: whole, or as the difference to another, which its place or its id names. */
export type PackEntry = { readonly start: number; readonly size: number } & (
  | { readonly kind: 'whole'; readonly type: ObjectType }
  | { readonly kind: 'offset-delta'; readonly base: number }
  | { readonly kind: 'reference-delta'; readonly base: string }
);

const offsetDelta = 6;
const referenceDelta = 7;
const idBytes = 20;

/** Reads the header of an entry (gitformat-pack, "Pack entries"). */
export function readPackEntry(pack: Buffer, offset: number): PackEntry {
  const { type, size, next } = readTypeAndSize(pack, offset);
  const whole = objectTypes[type - 1];
  if (whole !== undefined) return { kind: 'whole', type: whole, size, start: next };
  if (type === referenceDelta) {
    const start = next + idBytes;
    return { kind: 'reference-delta', base: pack.toString('hex', next, start), size, start };
  }
  if (type === offsetDelta) {
    const distance = readDistance(pack, next);
    return { kind: 'offset-delta', base: offset - distance.value, size, start: distance.next };
  }
  throw brokenPack(`it holds an object of type ${type}`);
}

/** Three bits of type and four of size, then seven more of size in each byte. */
function readTypeAndSize(pack: Buffer, offset: number) {
  const first = byteAt(pack, offset);
  let size = first & 0x0f;
  let next = offset + 1;
  for (let byte = first, scale = 16; byte >= 0x80; scale *= 128) {
    byte = byteAt(pack, next);
    next += 1;
    size += (byte & 0x7f) * scale;
  }
  return { type: (first >> 4) & 0x07, size, next };
}

/** Seven bits a byte, the highest first; each further byte adds one to those before. */
function readDistance(pack: Buffer, start: number) {
  let byte = byteAt(pack, start);
  let value = byte & 0x7f;
  let next = start + 1;
  while (byte >= 0x80) {
    byte = byteAt(pack, next);
    value = (value + 1) * 128 + (byte & 0x7f);
    next += 1;
  }
  return { value, next };
}

function byteAt(bytes: Buffer, index: number): number {
  const byte = bytes[index];
  if (byte === undefined) throw brokenPack('it ends early');
  return byte;
}
