import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { findFreePorts } from '../../cluster/free-ports.ts';
import { percentile, ratios, type Spread, spreadOf } from '../statistics.ts';
import { readThresholds } from '../thresholds.ts';
import { describeSpread, judge, judgeAtMost } from '../verdict.ts';
import { type Contenders, contendersOf } from './contenders.ts';
import { jsonPost, loadFully, loadSteadily } from './load.ts';
import { type MeasuredServer, startMeasured } from './measured-server.ts';

const help = `usage: make bench-runtimes [RUNTIME="nodejs python go"]

Compares the wrapper of a language, or of all, with functions-framework and with a bare server, interleaved in one run,
and with the bars in test/bench/thresholds.json. The exit code is 1 beyond a bar.
`;

const startRounds = 5;
const loadRounds = 15;
const steadyRounds = 7;
const requests = 2000;
const idleMs = 1000;

const languageBars = z.strictObject({
  requestsToRival: z.number(),
  readyToFramework: z.number(),
  idleMemoryToFramework: z.number(),
  addedMillisecondsAtP99: z.number(),
});

type Bars = z.output<typeof languageBars>;

const barsOf = readThresholds(
  z.object({ runtimes: z.strictObject({ nodejs: languageBars, python: languageBars, go: languageBars }) }),
).runtimes;

const data = { name: 'world', list: [1, 2, 3], text: 'hello '.repeat(20) };
const event = jsonPost({ 'ce-specversion': '1.0', 'ce-id': '1', 'ce-type': 'bench', 'ce-source': '/bench' }, data);
const plain = jsonPost({}, data);

type Language = keyof typeof contendersOf;

const isLanguage = (name: string): name is Language => Object.hasOwn(contendersOf, name);

/** @throws Error naming the languages that there are */
function chooseLanguages(names: readonly string[]): readonly Language[] {
  const all = Object.keys(contendersOf).filter(isLanguage);
  const unknown = names.filter((name) => !isLanguage(name));
  if (unknown.length > 0) throw new Error(`language: got ${unknown.join(', ')}, allowed ${all.join(', ')}`);
  return all.filter((language) => names.length === 0 || names.includes(language));
}

async function benchAll(names: readonly string[]): Promise<boolean> {
  let isWithin = true;
  for (const language of chooseLanguages(names)) {
    const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-bench-'));
    try {
      isWithin = (await bench(language, folder)) && isWithin;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  return isWithin;
}

interface Side {
  readonly server: MeasuredServer;
  readonly request: Buffer;
}

interface Figures {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
}

async function measure({ server, request }: Side): Promise<Figures> {
  const before = server.cpuSeconds();
  const { perSecond } = await loadFully(server.port, { bytes: request, status: 200 }, requests);
  return { perSecond, cpuMicroseconds: ((server.cpuSeconds() - before) / requests) * 1e6 };
}

/** 99th percentile at 1,000 requests each second. */
async function measureP99({ server, request }: Side): Promise<number> {
  return percentile(
    await loadSteadily(server.port, { bytes: request, status: 200 }, { perSecond: 1000, seconds: 2 }),
    0.99,
  );
}

/** To functions-framework: the wrapper, and when a bare server is ready, which no wrapper can be before. */
interface Starts {
  readonly ready: Spread;
  readonly memory: Spread;
  readonly bareReady: Spread;
}

/** Starts of all, in turn. */
async function compareStarts({ wrapper, framework, bare }: Contenders): Promise<Starts> {
  const ready: [number, number][] = [];
  const memory: [number, number][] = [];
  const bareReady: [number, number][] = [];
  for (let round = 0; round < startRounds; round += 1) {
    const [one, other, least] = [await startOnce(wrapper), await startOnce(framework), await startOnce(bare)];
    ready.push([one.readyMs, other.readyMs]);
    memory.push([one.megabytes, other.megabytes]);
    bareReady.push([least.readyMs, other.readyMs]);
  }
  return { ready: spreadOf(ratios(ready)), memory: spreadOf(ratios(memory)), bareReady: spreadOf(ratios(bareReady)) };
}

async function startOnce(
  command: Contenders['wrapper'],
): Promise<{ readonly readyMs: number; readonly megabytes: number }> {
  const [port = 0] = await findFreePorts(1);
  const server = await startMeasured(command, port, plain);
  await sleep(idleMs);
  const figures = { readyMs: server.readyMs, megabytes: server.residentMegabytes() };
  await server.stop();
  return figures;
}

async function bench(language: Language, folder: string): Promise<boolean> {
  process.stdout.write(`${language}\n`);
  const contenders = contendersOf[language](folder);
  const starts = await compareStarts(contenders);
  const [a = 0, b = 0, c = 0] = await findFreePorts(3);
  const wrapper = { server: await startMeasured(contenders.wrapper, a, plain), request: event };
  const { rival: held } = contenders;
  const rivalRequest = held.takes === 'event' ? event : plain;
  const rival = { server: await startMeasured(held.command, b, rivalRequest), request: rivalRequest };
  const bare = { server: await startMeasured(contenders.bare, c, plain), request: plain };
  try {
    for (const side of [wrapper, rival, bare]) await measure(side);
    const pairs: [Figures, Figures][] = [];
    const added: number[] = [];
    for (let round = 0; round < loadRounds; round += 1) pairs.push([await measure(wrapper), await measure(rival)]);
    for (let round = 0; round < steadyRounds; round += 1) {
      added.push((await measureP99(wrapper)) - (await measureP99(bare)));
    }
    return report({ pairs, added, starts, rival: held.name }, barsOf[language]);
  } finally {
    for (const { server } of [wrapper, rival, bare]) await server.stop();
  }
}

interface Measured {
  readonly pairs: readonly (readonly [Figures, Figures])[];
  readonly added: readonly number[];
  readonly rival: string;
  readonly starts: Starts;
}

function report({ pairs, added, starts, rival }: Measured, bars: Bars): boolean {
  const perSecond = spreadOf(ratios(pairs.map(([one, other]) => [one.perSecond, other.perSecond])));
  const cpu = spreadOf(ratios(pairs.map(([one, other]) => [other.cpuMicroseconds, one.cpuMicroseconds])));
  const delay = spreadOf(added);
  const wrapper = spreadOf(pairs.map(([{ perSecond: rate }]) => rate));
  process.stdout.write(
    `       wrapper: ${describeSpread(wrapper)} requests/s; work for a request of the other to ours: ${describeSpread(cpu)}\n`,
  );
  return [
    judge(
      `requests/s to ${rival}`,
      perSecond.median >= bars.requestsToRival,
      `${describeSpread(perSecond)}, at least ${bars.requestsToRival}`,
    ),
    judgeAtMost(
      'start to ready, to functions-framework',
      starts.ready.median,
      bars.readyToFramework,
      `${describeSpread(starts.ready)}; a bare server: ${describeSpread(starts.bareReady)}`,
    ),
    judgeAtMost(
      'idle memory, to functions-framework',
      starts.memory.median,
      bars.idleMemoryToFramework,
      describeSpread(starts.memory),
    ),
    judgeAtMost('ms added at p99 to a bare server', delay.median, bars.addedMillisecondsAtP99, describeSpread(delay)),
  ].every((isWithin) => isWithin);
}

if (process.argv.includes('--help')) {
  process.stdout.write(help);
} else {
  process.exitCode = (await benchAll(process.argv.slice(2))) ? 0 : 1;
}
