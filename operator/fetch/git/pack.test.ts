import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { FetchError } from '../failure.ts';
import { Pack } from './pack.ts';

const limits = { objectBytes: 1000, refuseUnpacked: () => {}, signal: new AbortController().signal };

/** Entries with their headers, then the checksum. */
function makePack(entries: readonly Buffer[], count = entries.length): Buffer {
  const header = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1');
  header.writeUInt32BE(count, 8);
  const content = Buffer.concat([header, ...entries]);
  return Buffer.concat([content, createHash('sha1').update(content).digest()]);
}

/** An entry of fewer than 16 bytes, or one that states another size. */
const entry = (type: number, content: Buffer, reference = Buffer.alloc(0), size = content.length): Buffer =>
  Buffer.concat([sizeHeader(type, size), reference, deflateSync(content)]);

function sizeHeader(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size & 15)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(rest & 127);
  }
  return Buffer.from(bytes.map((byte, index) => (index < bytes.length - 1 ? byte | 0x80 : byte)));
}

const blob = Buffer.from('hello world');
const idOf = (content: Buffer): string =>
  createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
const delta = Buffer.from([11, 5, 0x91, 6, 5]);

describe('a pack', () => {
  test('finds an object, and others that are made of it', async () => {
    const first = entry(3, blob);
    const pack = await Pack.open(
      makePack([first, entry(6, delta, Buffer.from([first.length])), entry(7, delta, Buffer.from(idOf(blob), 'hex'))]),
      limits,
    );
    expect(pack.read(idOf(blob))?.content.toString()).toBe('hello world');
    expect(pack.read(idOf(Buffer.from('world')))).toMatchObject({ type: 'blob' });
  });

  test('finds one that is made of a later one', async () => {
    const pack = await Pack.open(makePack([entry(7, delta, Buffer.from(idOf(blob), 'hex')), entry(3, blob)]), limits);
    expect(pack.read(idOf(Buffer.from('world')))?.content.toString()).toBe('world');
  });

  test.each<readonly [string, () => Buffer]>([
    ['is cut off', () => makePack([entry(3, blob)]).subarray(0, -1)],
    ['is empty', () => Buffer.alloc(0)],
    [
      'is changed',
      () => Buffer.from(makePack([entry(3, blob)]).map((byte, index) => (index === 20 ? byte ^ 1 : byte))),
    ],
    ['holds less than it states', () => makePack([entry(3, blob)], 2)],
    ['holds an object that is larger than stated', () => makePack([entry(3, blob, Buffer.alloc(0), 5)])],
    ['holds an object that is smaller than stated', () => makePack([entry(3, blob, Buffer.alloc(0), 12)])],
    ['lacks a base', () => makePack([entry(7, delta, Buffer.alloc(20))])],
    ['holds a delta of itself', () => makePack([entry(6, delta, Buffer.from([0]))])],
    ['holds an object of no type', () => makePack([entry(5, blob)])],
  ])('fails when it %s', async (_what, make) => {
    await expect(Pack.open(make(), limits)).rejects.toThrow(FetchError);
  });

  test('fails on an object by the size that it states, uninflated', async () => {
    const bomb = entry(3, Buffer.alloc(5000), Buffer.alloc(0), 5000);
    await expect(Pack.open(makePack([bomb]), limits)).rejects.toMatchObject({ reason: 'TooLarge' });
  });

  test('fails on a delta by the size of its result', async () => {
    const grows = Buffer.from([11, 0x80, 0x80, 0x80, 0x10, 0x91, 0, 11]);
    const bomb = makePack([entry(3, blob), entry(7, grows, Buffer.from(idOf(blob), 'hex'))]);
    await expect(Pack.open(bomb, limits)).rejects.toMatchObject({ reason: 'TooLarge' });
  });
});
