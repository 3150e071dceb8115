import { readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';

const pollMs = 200;

export interface Waiting {
  readonly signal?: AbortSignal;
  onWait?(this: void, pid: number): void;
}

/** Runs `work` while no other process does under the same lock; the lock of a dead process is taken over. */
export async function withLock<T>(path: string, work: () => Promise<T>, waiting: Waiting = {}): Promise<T> {
  while (!tryLock(path)) {
    const holder = lockHolder(path);
    if (holder !== undefined) waiting.onWait?.(holder);
    await sleep(pollMs, undefined, { signal: waiting.signal });
  }
  try {
    return await work();
  } finally {
    if (lockHolder(path) === process.pid) rmSync(path, { force: true });
  }
}

function tryLock(path: string): boolean {
  try {
    // A symbolic link appears with its content at once: nobody reads a half-written process id.
    symlinkSync(String(process.pid), path);
    return true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  const holder = lockHolder(path);
  if (holder !== undefined && !isAlive(holder)) removeStale(path, holder);
  return false;
}

function removeStale(path: string, holder: number): void {
  const aside = `${path}.${holder}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  const moved = lockHolder(aside);
  rmSync(aside, { force: true });
  // Somebody else was faster and holds a fresh lock: put it back.
  if (moved !== undefined && moved !== holder) restore(path, moved);
}

function restore(path: string, holder: number): void {
  try {
    symlinkSync(String(holder), path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

function lockHolder(path: string): number | undefined {
  try {
    return Number.parseInt(readlinkSync(path), 10);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasCode(error, 'ESRCH');
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  isNativeError(error) && 'code' in error && error.code === code;
