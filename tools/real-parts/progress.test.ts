import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startProgress } from './progress.ts';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

function record(isTTY: boolean): string[] {
  const written: string[] = [];
  const progress = startProgress('promtool', { isTTY, write: (text) => written.push(text) });
  progress.step('building');
  jest.advanceTimersByTime(61_000);
  progress.end('ready');
  jest.advanceTimersByTime(60_000);
  return written;
}

describe('the progress of a part', () => {
  test('is a line at the start, every 30 s and at the end where nobody looks on', () => {
    expect(record(false)).toEqual([
      'promtool: started (0 s)\n',
      'promtool: building (30 s)\n',
      'promtool: building (60 s)\n',
      'promtool: ready (61 s)\n',
    ]);
  });

  test('is one line that is written anew every second on a terminal', () => {
    const written = record(true);
    expect(written.length).toBeGreaterThan(60);
    expect(written.join('').match(/\n/g)).toHaveLength(1);
    expect(written.at(-2)).toBe('\r\u001B[Kpromtool: ready (61 s)');
  });
});
