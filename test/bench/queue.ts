import { z } from 'zod';
import { systemClock } from '../../operator/kube/clock.ts';
import type { KubernetesObject } from '../../operator/kube/object.ts';
import { Controller } from '../../operator/reconcile/controller.ts';
import { MemoryInformer } from '../../operator/reconcile/memory-informer.ts';
import { done } from '../../operator/reconcile/outcome.ts';
import { WorkQueue } from '../../operator/reconcile/queue.ts';
import { watchOwn } from '../../operator/reconcile/watches.ts';
import { percentile, ratios, spreadOf } from './statistics.ts';
import { readThresholds } from './thresholds.ts';
import { describeSpread, judge } from './verdict.ts';

const help = `usage: make bench SUITE=queue

Times the queue and the controllers in this process, without an API server, and compares with test/bench/thresholds.json.
The exit code is 1 beyond a bar.
`;

const thresholds = readThresholds(
  z.object({
    queue: z.strictObject({
      addGetsPerSecond: z.number(),
      queueToMap: z.number(),
      passesPerSecond: z.number(),
      reactionMs: z.number(),
    }),
  }),
).queue;

const [warmUps, rounds] = [5, 21];
const keys = Array.from({ length: 10_000 }, (_, index) => `namespace-${index % 50}/function-${index}`);
const eventsPerSecond = 100;
const reactionSeconds = 10;

/** Seconds for adding, getting and giving back every key once, while all of them wait. */
async function timeQueue(): Promise<number> {
  const queue = new WorkQueue({ name: 'bench', clock: systemClock });
  const startedAt = performance.now();
  for (const key of keys) queue.add(key);
  while (queue.depth > 0) queue.done((await queue.get())?.key ?? '');
  return (performance.now() - startedAt) / 1000;
}

/** Seconds for what no queue without duplicates can do without: a key goes into a map, is awaited, and goes out again. */
async function timeMap(): Promise<number> {
  const map = new Map<string, boolean>();
  const startedAt = performance.now();
  for (const key of keys) map.set(key, true);
  for (const key of keys) map.delete(await Promise.resolve(key));
  return (performance.now() - startedAt) / 1000;
}

const newObject = (key: string, resourceVersion: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: key, uid: key, resourceVersion, creationTimestamp: '' },
});

interface Running {
  readonly informer: MemoryInformer<KubernetesObject>;
  stop(): Promise<void>;
}

/** A controller whose passes do nothing but tell that they begin. */
function run(onPass: (key: string) => void): Running {
  const informer = new MemoryInformer<KubernetesObject>('configmaps');
  const controller = new Controller({
    name: 'bench',
    workers: 10,
    timeoutMs: 60_000,
    watches: [watchOwn(informer)],
    clock: systemClock,
    random: Math.random,
    reconcile: async (key) => {
      onPass(key);
      return done;
    },
  });
  const [stop, abort] = [new AbortController(), new AbortController()];
  const ended = controller.run({ stop: stop.signal, abort: abort.signal, mayAct: () => true });
  return {
    informer,
    stop: () => {
      stop.abort();
      return ended;
    },
  };
}

/** Seconds until each of many objects had a pass that does nothing. */
async function timePasses(): Promise<number> {
  const startedAt = performance.now();
  let passes = 0;
  await new Promise<void>((resolve) => {
    const running = run(() => {
      passes += 1;
      if (passes === keys.length) void running.stop().then(resolve);
    });
    running.informer.sync(...keys.map((key) => newObject(key, '1')));
  });
  return (performance.now() - startedAt) / 1000;
}

/** Milliseconds from each of many changes, evenly spread over time, to the start of its pass. */
async function timeReactions(): Promise<readonly number[]> {
  const changedAt = new Map<string, number>();
  const reactions: number[] = [];
  const running = run((key) => reactions.push(performance.now() - (changedAt.get(key) ?? Infinity)));
  for (let event = 0; event < eventsPerSecond * reactionSeconds; event += 1) {
    await systemClock.sleep(1000 / eventsPerSecond, new AbortController().signal);
    const key = `${event}`;
    changedAt.set(key, performance.now());
    running.informer.put(newObject(key, `${event}`));
  }
  await running.stop();
  return reactions;
}

async function bench(): Promise<boolean> {
  const pairs: (readonly [number, number])[] = [];
  const passes: number[] = [];
  for (let round = 0; round < warmUps + rounds; round += 1) {
    const [queue, map, pass] = [await timeQueue(), await timeMap(), await timePasses()];
    if (round >= warmUps) {
      pairs.push([queue, map]);
      passes.push(keys.length / pass);
    }
  }
  const perSecond = spreadOf(pairs.map(([queue]) => keys.length / queue));
  const relative = spreadOf(ratios(pairs));
  const passesPerSecond = spreadOf(passes);
  const reactions = await timeReactions();
  const [p50, p99] = [percentile(reactions, 0.5), percentile(reactions, 0.99)];
  return [
    judge(
      'add, get and done in a second',
      perSecond.median >= thresholds.addGetsPerSecond,
      `${describeSpread(perSecond, '', 0)}, bar ${thresholds.addGetsPerSecond}`,
    ),
    judge(
      'queue to map',
      relative.median <= thresholds.queueToMap,
      `${describeSpread(relative, '', 2)}, bar ${thresholds.queueToMap}`,
    ),
    judge(
      'passes that do nothing in a second',
      passesPerSecond.median >= thresholds.passesPerSecond,
      `${describeSpread(passesPerSecond, '', 0)}, bar ${thresholds.passesPerSecond}`,
    ),
    judge(
      `change to start of pass at ${eventsPerSecond} a second, 99th percentile`,
      p99 < thresholds.reactionMs,
      `${p99.toFixed(2)} ms (median ${p50.toFixed(2)} ms, ${reactions.length} changes), bar ${thresholds.reactionMs} ms`,
    ),
  ].every((isWithin) => isWithin);
}

if (process.argv.includes('--help')) process.stdout.write(help);
else process.exitCode = (await bench()) ? 0 : 1;
