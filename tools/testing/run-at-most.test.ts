import { expect, test } from '@jest/globals';
import { runAtMost } from './run-at-most.ts';

interface Job {
  readonly resolve: (result: string) => void;
  readonly reject: (error: Error) => void;
}

/** Jobs that end when they are told to. */
function openJobs() {
  const jobs = new Map<string, Job>();
  const run = (name: string): Promise<string> =>
    new Promise((resolve, reject) => {
      jobs.set(name, { resolve, reject });
    });
  return { run, started: () => [...jobs.keys()], job: (name: string) => jobs.get(name) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('the next job starts when one of those under way ends, and results keep the order of the items', async () => {
  const { started, run, job } = openJobs();
  const all = runAtMost(2, ['a', 'b', 'c'], run);
  expect(started()).toEqual(['a', 'b']);
  job('b')?.resolve('B');
  await settled();
  expect(started()).toEqual(['a', 'b', 'c']);
  job('c')?.resolve('C');
  job('a')?.resolve('A');
  await expect(all).resolves.toEqual(['A', 'B', 'C']);
});

test('fails with the error of a job when the others under way have ended, and starts no more', async () => {
  const { started, run, job } = openJobs();
  let ending = 'none';
  const all = runAtMost(2, ['a', 'b', 'c'], run).catch((error: unknown) => {
    ending = String(error);
  });
  job('a')?.reject(new Error('a broke'));
  await settled();
  expect(ending).toBe('none');
  job('b')?.resolve('B');
  await all;
  expect(ending).toBe('Error: a broke');
  expect(started()).toEqual(['a', 'b']);
});

test('nothing is run for no item', async () => {
  await expect(runAtMost(2, [], () => Promise.reject(new Error('ran')))).resolves.toEqual([]);
});
