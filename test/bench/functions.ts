import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { functionResource } from '../../operator/function/known-functions.ts';
import { knativeServiceResource } from '../../operator/specs/knative-service.ts';
import { eventually } from '../cluster/eventually.ts';
import type { OperatorProcess } from '../cluster/operator-process.ts';
import {
  createAll,
  elsewhere,
  functionKind,
  inParallel,
  type Measure,
  metric,
  namesOf,
  operate as operateKind,
  type OperatorBench,
  options,
  remove as removeKind,
  requests,
  runBench,
} from './operator-bench.ts';
import { type Spread, spreadOf } from './statistics.ts';
import { readThresholds } from './thresholds.ts';
import { describeSpread, judgeAtMost } from './verdict.ts';

const help = `usage: make bench-functions

Makes functions with ready-made images until each has its Knative Service on a real API server, and compares with the time
in which one client that knows what to write writes the same, interleaved, and with test/bench/thresholds.json. Then
starts the operator again among them, and last one that sends 20 requests a second. The exit code is 1 above a bar.
`;

const many = 1000;
const few = 20;
const manyRounds = 2;
const fewRounds = 7;
const steadyMs = 60_000;
const quietMs = 3000;
const limitedRate = ['--kube-api-qps=20', '--kube-api-burst=10'] as const;

const thresholds = readThresholds(
  z.object({
    functions: z.strictObject({
      manyToWrites: z.number(),
      cpuToWrites: z.number(),
      requestsEach: z.number(),
      residentMegabytes: z.number(),
      fewToWrites: z.number(),
      idleAfterRestartToWrites: z.number(),
      steadyWrites: z.number(),
      limitedSeconds: z.number(),
    }),
  }),
).functions;

const operate = (bench: OperatorBench, operator: OperatorProcess, names: readonly string[]): Promise<Measure> =>
  operateKind(bench, operator, functionKind, names);

const remove = (bench: OperatorBench, namespace: string, names: readonly string[]): Promise<void> =>
  removeKind(bench, functionKind, namespace, names);

/** What the operator leads to, by a client that reads nothing: functions, their services, their statuses. */
async function writeAlone(bench: OperatorBench, names: readonly string[], pattern: Pattern): Promise<Measure> {
  const { client } = bench;
  const startedAt = performance.now();
  await createAll(bench, functionKind, elsewhere, names);
  const functionsMade = process.cpuUsage();
  await inParallel(names, async (name) => {
    const metadata = { namespace: elsewhere, name };
    await client.apply(knativeServiceResource, { metadata, spec: pattern.service }, options);
    await client.applyStatus(functionResource, { metadata, status: pattern.status }, options);
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(functionsMade);
  await remove(bench, elsewhere, names);
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

interface Pattern {
  readonly service: { readonly template: { readonly metadata?: object } };
  readonly status: object;
}

/** Events are sent behind everything else. */
async function untilQuiet(operator: OperatorProcess): Promise<void> {
  for (let before = -1, now = await requests(operator); now !== before;) {
    before = now;
    await sleep(quietMs);
    now = await requests(operator);
  }
}

async function patternOf({ client, cluster }: OperatorBench, name: string): Promise<Pattern> {
  const reference = { namespace: cluster.namespace, name };
  const { spec: service } = await client.get(knativeServiceResource, reference);
  const { status = {} } = await client.get(functionResource, reference);
  return { service, status };
}

async function measureAll(parts: OperatorBench): Promise<boolean> {
  const { cluster } = parts;
  let operator = await cluster.startOperator();
  const first = namesOf(1, 0);
  await operate(parts, operator, first);
  const pattern = await patternOf(parts, first[0] ?? '');
  await remove(parts, cluster.namespace, first);

  const fewPairs: Pair[] = [];
  for (let round = 1; round <= fewRounds; round++) {
    const names = namesOf(few, round);
    const alone = await writeAlone(parts, names, pattern);
    fewPairs.push({ operated: await operate(parts, operator, names), alone });
    await remove(parts, cluster.namespace, names);
  }

  const manyPairs: Pair[] = [];
  const before = await requests(operator);
  for (let round = 1; round <= manyRounds; round++) {
    const names = namesOf(many, 100 + round);
    const alone = await writeAlone(parts, names, pattern);
    manyPairs.push({ operated: await operate(parts, operator, names), alone });
    if (round < manyRounds) await remove(parts, cluster.namespace, names);
  }
  await untilQuiet(operator);
  const requestsEach = ((await requests(operator)) - before) / (many * manyRounds);
  const resident = (await metric(operator, 'process_resident_memory_bytes')) / 1e6;

  const writesBefore = await requests(operator);
  await sleep(steadyMs);
  const steadyWrites = (await requests(operator)) - writesBefore;
  await operator.end('SIGTERM');
  const restartedAt = performance.now();
  operator = await cluster.startOperator();
  await eventually(() => operator.isIdle());
  const restartSeconds = (performance.now() - restartedAt) / 1000;
  const restartWrites = await requests(operator);
  await operator.end('SIGTERM');
  return judgeAll({
    limitedSeconds: await measureLimited(parts),
    fewPairs,
    manyPairs,
    requestsEach,
    resident,
    steadyWrites,
    restartSeconds,
    restartWrites,
  });
}

/** As many functions by an operator that may send 20 requests a second. */
async function measureLimited(parts: OperatorBench): Promise<number> {
  const { cluster } = parts;
  await remove(parts, cluster.namespace, namesOf(many, 100 + manyRounds));
  const operator = await cluster.startOperator({}, limitedRate);
  const { seconds } = await operate(parts, operator, namesOf(many, 200));
  return seconds;
}

interface Pair {
  readonly operated: Measure;
  readonly alone: Measure;
}

interface Figures {
  readonly fewPairs: readonly Pair[];
  readonly manyPairs: readonly Pair[];
  readonly requestsEach: number;
  readonly resident: number;
  readonly steadyWrites: number;
  readonly restartSeconds: number;
  readonly restartWrites: number;
  readonly limitedSeconds: number;
}

const spread = (pairs: readonly Pair[], figure: (pair: Pair) => number): Spread => spreadOf(pairs.map(figure));

const operatedSeconds = ({ operated }: Pair): number => operated.seconds;

const toWrites = ({ alone, operated }: Pair): number => operated.seconds / alone.seconds;

const cpuToWrites = ({ alone, operated }: Pair): number => operated.cpuSeconds / alone.cpuSeconds;

const judge = (name: string, figure: Spread, bar: number): boolean =>
  judgeAtMost(name, figure.median, bar, describeSpread(figure, ''));

function judgeAll(figures: Figures): boolean {
  const { fewPairs, manyPairs, requestsEach, resident, restartSeconds, restartWrites, steadyWrites } = figures;
  const writeSeconds = spread(manyPairs, ({ alone }) => alone.seconds);
  for (const [name, shown] of [
    [`${few} functions`, describeSpread(spread(fewPairs, operatedSeconds), ' s')],
    [`${many} functions`, describeSpread(spread(manyPairs, operatedSeconds), ' s')],
    [`the same written by one client`, describeSpread(writeSeconds, ' s')],
    [
      'processor time of the operator',
      describeSpread(
        spread(manyPairs, ({ operated }) => operated.cpuSeconds),
        ' s',
      ),
    ],
    [
      'processor time of that client',
      describeSpread(
        spread(manyPairs, ({ alone }) => alone.cpuSeconds),
        ' s',
      ),
    ],
    [`started and idle again among ${many}`, `${restartSeconds.toFixed(2)} s`],
  ] as const) {
    process.stdout.write(`       ${name}: ${shown}\n`);
  }
  const { limitedSeconds: limited } = figures;
  const restart = restartSeconds / writeSeconds.median;
  return [
    judge(`${many} functions to their writes`, spread(manyPairs, toWrites), thresholds.manyToWrites),
    judge('processor time to that of their writes', spread(manyPairs, cpuToWrites), thresholds.cpuToWrites),
    judge(`${few} functions to their writes`, spread(fewPairs, toWrites), thresholds.fewToWrites),
    judgeAtMost('requests a function', requestsEach, thresholds.requestsEach, requestsEach.toFixed(2)),
    judgeAtMost('resident', resident, thresholds.residentMegabytes, `${resident.toFixed(0)} MB`),
    judgeAtMost('writes while nothing changes', steadyWrites, thresholds.steadyWrites, String(steadyWrites)),
    judgeAtMost('writes of a new start', restartWrites, thresholds.steadyWrites, String(restartWrites)),
    judgeAtMost(
      `${many} functions at 20 requests a second`,
      limited,
      thresholds.limitedSeconds,
      `${limited.toFixed(0)} s`,
    ),
    judgeAtMost('a new start to the writes', restart, thresholds.idleAfterRestartToWrites, restart.toFixed(2)),
  ].every(Boolean);
}

if (process.argv.includes('--help')) process.stdout.write(help);
else process.exitCode = await runBench(measureAll);
