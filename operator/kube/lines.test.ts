import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { splitLines } from './lines.ts';

/** The bytes in pieces that end at these places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((one, other) => one - other);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

async function collect(pieces: readonly Buffer[]): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of splitLines(Readable.from(pieces))) lines.push(line);
  return lines;
}

describe('lines', () => {
  test('are the same however their bytes are cut', async () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' '));
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.nat()), async (lines, places) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
        expect(await collect(cut(bytes, places))).toEqual(lines);
      }),
    );
  });

  test('fail when the stream ends within one', async () => {
    await expect(collect([Buffer.from('whole\nhal'), Buffer.from('f')])).rejects.toMatchObject({ code: 'ETRUNCATED' });
  });
});
