import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { withLock } from './lock.ts';

let folder = '';
let lock = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'knative-lambda-lock-'));
  lock = join(folder, '.lock');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid;

describe('withLock', () => {
  test('runs one work after the other', async () => {
    const order: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      order.push(`${name} starts`);
      await sleep(20);
      order.push(`${name} ends`);
    };
    await Promise.all([withLock(lock, work('first')), withLock(lock, work('second'))]);
    expect(order).toEqual(['first starts', 'first ends', 'second starts', 'second ends']);
  });

  test('is free again after a failure', async () => {
    const failing = withLock(lock, () => Promise.reject(new Error('no compiler')));
    await expect(failing).rejects.toThrow('no compiler');
    expect(existsSync(lock)).toBe(false);
    await expect(withLock(lock, () => Promise.resolve('done'))).resolves.toBe('done');
  });

  test('takes the lock of a dead process over', async () => {
    symlinkSync(String(deadPid()), lock);
    await expect(withLock(lock, () => Promise.resolve('done'))).resolves.toBe('done');
  });

  test('waits for a living process and tells which', async () => {
    symlinkSync(String(process.ppid), lock);
    const holders: number[] = [];
    const onWait = (pid: number): void => {
      holders.push(pid);
      rmSync(lock);
    };
    await withLock(lock, () => Promise.resolve(), { onWait });
    expect(holders).toEqual([process.ppid]);
  });

  test('fails when the wait is interrupted', async () => {
    symlinkSync(String(process.ppid), lock);
    const interruption = new AbortController();
    const waiting = withLock(lock, () => Promise.resolve(), { signal: interruption.signal });
    interruption.abort();
    await expect(waiting).rejects.toThrow('aborted');
  });
});
