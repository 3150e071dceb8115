import { expect, test } from '@jest/globals';
import { labels } from '../api/index.ts';
import { MemoryInformer } from '../reconcile/memory-informer.ts';
import type { Job } from '../specs/job.ts';
import { BuildSlots } from './build-slots.ts';
import { completeJob, jobWith, metadata } from './sample-facts.ts';

const named = (job: Job, name: string): Job => ({
  ...job,
  metadata: metadata(name, { labels: { [labels.build]: 'true' } }),
});
const asking = (name: string) => ({
  key: `functions/${name}`,
  namespace: 'functions',
  since: '2026-01-01T00:00:00Z',
  job: `functions/build-${name}`,
});

function slotsOf(allowed: number, before: readonly string[] = []) {
  const jobs = new MemoryInformer<Job>('jobs.batch');
  const clock = { ms: 0 };
  const slots = new BuildSlots({ jobs, allowed, now: () => clock.ms, queuedBefore: () => before.map(asking) });
  return { jobs, slots, clock };
}

test('builds that the cache does not show yet count', () => {
  const { jobs, slots } = slotsOf(1);
  expect(slots.ask(asking('one')).kind).toBe('build');
  expect(slots.ask(asking('two'))).toEqual({ kind: 'queued', position: 1, length: 1, running: 1 });
  jobs.put(named(jobWith(), 'build-one'));
  expect(slots.ask(asking('two'))).toEqual({ kind: 'queued', position: 1, length: 1, running: 1 });
});

test('the end of a build is the turn of the next, who is named until it has asked', () => {
  const { jobs, slots } = slotsOf(1);
  slots.ask(asking('one'));
  slots.ask(asking('two'));
  jobs.put(named(jobWith(), 'build-one'));
  expect(slots.next).toEqual([]);
  jobs.put(named(completeJob, 'build-one'));
  expect(slots.next).toEqual(['functions/two']);
  expect(slots.ask(asking('two')).kind).toBe('build');
  expect(slots.next).toEqual([]);
});

test('a build that could not be begun gives its place back', () => {
  const { slots } = slotsOf(1);
  slots.ask(asking('one'));
  slots.failed('functions/build-one');
  expect(slots.ask(asking('two')).kind).toBe('build');
});

test('who waited before a restart is ahead of who comes after it, until it leaves', () => {
  const { slots } = slotsOf(1, ['before']);
  expect(slots.ask({ ...asking('after'), since: '2026-01-01T00:00:01Z' })).toMatchObject({
    kind: 'queued',
    position: 2,
  });
  slots.leave('functions/before');
  expect(slots.ask({ ...asking('after'), since: '2026-01-01T00:00:01Z' }).kind).toBe('build');
});

test('a function with the content of a build that is being begun does not begin another', () => {
  const { slots } = slotsOf(5);
  slots.ask(asking('one'));
  expect(slots.ask({ ...asking('two'), job: 'functions/build-one' }).kind).toBe('starting');
});

test('a Job that came and went unseen gives its place back', () => {
  const { clock, slots } = slotsOf(1);
  expect(slots.ask(asking('one')).kind).toBe('build');
  clock.ms = 299_999;
  expect(slots.ask(asking('two')).kind).toBe('queued');
  clock.ms = 300_000;
  expect(slots.ask(asking('two')).kind).toBe('build');
});
