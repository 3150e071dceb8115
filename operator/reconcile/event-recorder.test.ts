import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '../kube/fake-clock.ts';
import type { KubernetesObject } from '../kube/object.ts';
import { buildEvent, type Happening, type NewEvent } from './event.ts';
import { EventRecorder } from './event-recorder.ts';

const regarding = (name: string): KubernetesObject => ({
  apiVersion: 'lambda.knative.io/v1alpha1',
  kind: 'LambdaFunction',
  metadata: { name, namespace: 'n', uid: name, resourceVersion: '7', creationTimestamp: '' },
});

const failed: Happening = { type: 'Warning', reason: 'BuildFailed', action: 'Build', note: 'no main.py' };
const reporter = { controller: 'lambda.knative.io/operator', instance: 'operator-0' };

/** A recorder that sends; what it sends is in the log, unless the sink is told to fail. */
function start() {
  const clock = new FakeClock();
  const log: string[] = [];
  const sink = { fails: false, isGone: false };
  const dropped: Error[] = [];
  const say = (verb: string, { regarding: { name }, reason, series }: NewEvent): void => {
    log.push(`${clock.now()} ${verb} ${name} ${reason} ${series?.count ?? 1}`);
    if (sink.fails) throw new Error('quota');
  };
  const recorder = new EventRecorder({
    reporter,
    clock,
    random: () => 0.5,
    today: () => new Date(clock.now()),
    onDropped: (error) => dropped.push(error),
    sink: {
      create: async (event) => say('create', event),
      updateSeries: async (event) => {
        say('update', event);
        return !sink.isGone;
      },
    },
  });
  const stop = new AbortController();
  const ended = recorder.run(stop.signal);
  return { clock, log, sink, dropped, recorder, stop, ended };
}

describe('an event recorder', () => {
  test('makes one event of what happens again, and writes its count twice a minute at most', async () => {
    const { clock, log, recorder } = start();
    for (let second = 0; second < 60; second += 1) {
      recorder.record(regarding('f'), failed);
      await clock.advance(1000);
    }
    await clock.advance(60_000);
    expect(log).toEqual(['0 create f BuildFailed 1', '30000 update f BuildFailed 30', '60000 update f BuildFailed 60']);
  });

  test('makes another event for another object, reason, action or type', async () => {
    const { clock, log, recorder } = start();
    recorder.record(regarding('f'), failed);
    recorder.record(regarding('g'), failed);
    recorder.record(regarding('f'), { ...failed, reason: 'BuildTimedOut' });
    recorder.record(regarding('f'), { ...failed, type: 'Normal' });
    recorder.record(regarding('f'), { ...failed, action: 'Deploy' });
    await clock.advance(60_000);
    expect(log).toHaveLength(5);
    expect(log.every((line) => line.startsWith('0 create'))).toBe(true);
  });

  test('begins a new event after six minutes without', async () => {
    const { clock, log, recorder } = start();
    for (let times = 0; times < 2; times += 1) {
      recorder.record(regarding('f'), failed);
      await clock.advance(360_000);
    }
    expect(log).toEqual(['0 create f BuildFailed 1', '360000 create f BuildFailed 1']);
  });

  test('creates an event anew when it is gone', async () => {
    const { clock, log, sink, recorder } = start();
    recorder.record(regarding('f'), failed);
    await clock.advance(1);
    sink.isGone = true;
    recorder.record(regarding('f'), failed);
    await clock.advance(30_000);
    expect(log.slice(1)).toEqual(['30000 update f BuildFailed 2', '30000 create f BuildFailed 2']);
  });

  test('gives an event up after four tries, and says why', async () => {
    const { clock, log, sink, dropped, recorder } = start();
    sink.fails = true;
    recorder.record(regarding('f'), failed);
    await clock.advance(60_000);
    expect(log.map((line) => line.split(' ')[0])).toEqual(['0', '1000', '3000', '7000']);
    expect(dropped).toEqual([new Error('event BuildFailed of LambdaFunction f: not sent: quota')]);
  });

  test('holds a thousand at most', async () => {
    const { clock, log, dropped, recorder } = start();
    await clock.advance(1);
    for (let name = 0; name < 1500; name += 1) recorder.record(regarding(`f${name}`), failed);
    await clock.advance(1);
    expect(dropped.length).toBeGreaterThanOrEqual(499);
    expect(log.length + dropped.length).toBe(1500);
  });

  test('stops with its signal', async () => {
    const { clock, log, recorder, stop, ended } = start();
    stop.abort();
    await ended;
    recorder.record(regarding('f'), failed);
    await clock.advance(1000);
    expect(log).toEqual([]);
  });
});

describe('an event', () => {
  const time = new Date('2026-01-02T03:04:05.678Z');

  test('has what the API server asks for', () => {
    expect(buildEvent(regarding('f'), failed, reporter, { time, suffix: 'ab' })).toEqual({
      type: 'Warning',
      reason: 'BuildFailed',
      action: 'Build',
      note: 'no main.py',
      metadata: { name: 'f.ab', namespace: 'n' },
      eventTime: '2026-01-02T03:04:05.678000Z',
      reportingController: 'lambda.knative.io/operator',
      reportingInstance: 'operator-0',
      regarding: {
        apiVersion: 'lambda.knative.io/v1alpha1',
        kind: 'LambdaFunction',
        namespace: 'n',
        name: 'f',
        uid: 'f',
        resourceVersion: '7',
      },
    });
  });

  test('is cut to what the API server takes, between characters', () => {
    const { note, metadata } = buildEvent(regarding('f'.repeat(253)), { ...failed, note: 'é'.repeat(600) }, reporter, {
      time,
      suffix: 'ab',
    });
    expect(new TextEncoder().encode(note).length).toBeLessThanOrEqual(1024);
    expect(note).toMatch(/^é+…$/);
    expect(metadata.name.length).toBeLessThanOrEqual(253);
  });
});
