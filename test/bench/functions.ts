import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { functionResource } from '../../operator/function/known-functions.ts';
import { isNotFound } from '../../operator/kube/api-error.ts';
import { KubeClient, type ObjectReference } from '../../operator/kube/client.ts';
import { systemClock } from '../../operator/kube/clock.ts';
import { Informers } from '../../operator/kube/informers.ts';
import { readKubeconfig } from '../../operator/kube/kubeconfig.ts';
import { metadataOnly } from '../../operator/kube/resource-path.ts';
import { knativeServiceResource } from '../../operator/specs/knative-service.ts';
import { eventually } from '../cluster/eventually.ts';
import { FunctionCluster } from '../cluster/function-cluster.ts';
import type { OperatorProcess } from '../cluster/operator-process.ts';
import { type Spread, spreadOf } from './statistics.ts';
import { readThresholds } from './thresholds.ts';
import { describeSpread, judgeAtMost } from './verdict.ts';

const help = `usage: make bench-functions

Makes functions with ready-made images until each has its Knative Service on a real API server, and compares with the time
in which one client that knows what to write writes the same, interleaved, and with test/bench/thresholds.json. Then
starts the operator again among them. The exit code is 1 above a bar.
`;

const many = 1000;
const few = 20;
const manyRounds = 2;
const fewRounds = 7;
/** As many as the operator has workers. */
const writers = 10;
const steadyMs = 60_000;
const quietMs = 3000;

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
    }),
  }),
).functions;

/** Not one that the operator watches. */
const elsewhere = 'bench';
const options = { fieldManager: 'bench' } as const;

const spec = {
  source: { type: 'image', image: { repository: 'ghcr.io/example/hello', tag: 'v1' } },
  eventing: { enabled: false },
} as const;

interface Bench {
  readonly cluster: FunctionCluster;
  readonly client: KubeClient;
  /** Knative Services by namespace, as a watch tells of them. */
  readonly count: (namespace: string) => number;
}

interface Measure {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

async function inParallel(names: readonly string[], write: (name: string) => Promise<unknown>): Promise<void> {
  const rest = names.values();
  const work = async (): Promise<void> => {
    for (const name of rest) await write(name);
  };
  await Promise.all(Array.from({ length: writers }, work));
}

const createFunction = ({ client }: Bench, namespace: string, name: string): Promise<unknown> =>
  client.create(functionResource, { metadata: { namespace, name }, spec }, options);

/** What the operator leads to, by a client that reads nothing: functions, their services, their statuses. */
async function writeAlone(bench: Bench, names: readonly string[], pattern: Pattern): Promise<Measure> {
  const { client } = bench;
  const startedAt = performance.now();
  await inParallel(names, (name) => createFunction(bench, elsewhere, name));
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

async function operate(bench: Bench, operator: OperatorProcess, names: readonly string[]): Promise<Measure> {
  const { namespace } = bench.cluster;
  const before = await cpuOf(operator);
  const startedAt = performance.now();
  await inParallel(names, (name) => createFunction(bench, namespace, name));
  await eventually(() => bench.count(namespace) >= names.length, { intervalMs: 5 });
  const seconds = (performance.now() - startedAt) / 1000;
  await eventually(() => operator.isIdle());
  return { seconds, cpuSeconds: (await cpuOf(operator)) - before };
}

const cpuOf = (operator: OperatorProcess): Promise<number> => metric(operator, 'process_cpu_seconds_total');

async function metric(operator: OperatorProcess, name: string): Promise<number> {
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(await operator.get('/metrics'))?.[1];
  return Number(value ?? Number.NaN);
}

/** A service goes again that the operator made anew before it had heard that its function is gone: nobody collects it here. */
async function remove({ client, count }: Bench, namespace: string, names: readonly string[]): Promise<void> {
  await inParallel(names, (name) => client.delete(functionResource, { namespace, name }));
  await eventually(async () => {
    await inParallel(names, (name) => removeService(client, { namespace, name }));
    return count(namespace) === 0;
  });
}

async function removeService(client: KubeClient, reference: ObjectReference): Promise<void> {
  try {
    await client.delete(knativeServiceResource, reference);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Requests but those of the Lease, which is written by PUT. */
async function requests(operator: OperatorProcess): Promise<number> {
  const all = Object.entries(await operator.requests());
  return all.reduce((sum, [key, count]) => (/^(POST|PATCH|DELETE) /.test(key) ? sum + count : sum), 0);
}

/** Events are sent behind everything else. */
async function untilQuiet(operator: OperatorProcess): Promise<void> {
  for (let before = -1, now = await requests(operator); now !== before;) {
    before = now;
    await sleep(quietMs);
    now = await requests(operator);
  }
}

const namesOf = (count: number, round: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `hello-${round}-${index}`);

async function patternOf({ client, cluster }: Bench, name: string): Promise<Pattern> {
  const reference = { namespace: cluster.namespace, name };
  const { spec: service } = await client.get(knativeServiceResource, reference);
  const { status = {} } = await client.get(functionResource, reference);
  return { service, status };
}

async function measureAll(parts: Bench): Promise<boolean> {
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
  return judgeAll({
    fewPairs,
    manyPairs,
    requestsEach,
    resident,
    steadyWrites,
    restartSeconds,
    restartWrites: await requests(operator),
  });
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
  const restart = restartSeconds / writeSeconds.median;
  return [
    judge(`${many} functions to their writes`, spread(manyPairs, toWrites), thresholds.manyToWrites),
    judge('processor time to that of their writes', spread(manyPairs, cpuToWrites), thresholds.cpuToWrites),
    judge(`${few} functions to their writes`, spread(fewPairs, toWrites), thresholds.fewToWrites),
    judgeAtMost('requests a function', requestsEach, thresholds.requestsEach, requestsEach.toFixed(2)),
    judgeAtMost('resident', resident, thresholds.residentMegabytes, `${resident.toFixed(0)} MB`),
    judgeAtMost('writes while nothing changes', steadyWrites, thresholds.steadyWrites, String(steadyWrites)),
    judgeAtMost('writes of a new start', restartWrites, thresholds.steadyWrites, String(restartWrites)),
    judgeAtMost('a new start to the writes', restart, thresholds.idleAfterRestartToWrites, restart.toFixed(2)),
  ].every(Boolean);
}

async function main(): Promise<number> {
  const cluster = await FunctionCluster.start('dev', { controllerManager: false });
  const stopping = new AbortController();
  try {
    const { admin, kubeconfig } = cluster.controlPlane;
    await admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: elsewhere } });
    const client = new KubeClient(await readKubeconfig({ paths: [kubeconfig], clock: systemClock }), {
      clock: systemClock,
    });
    const informers = new Informers({ client, clock: systemClock, random: Math.random });
    const services = informers.of(metadataOnly(knativeServiceResource));
    services.addIndex('namespace', ({ metadata }) => [metadata.namespace ?? '']);
    const watching = informers.run(stopping.signal);
    await services.whenSynced(stopping.signal);
    const count = (namespace: string): number => services.cache.byIndex('namespace', namespace).length;
    const isWithin = await measureAll({ cluster, client, count });
    stopping.abort();
    await watching;
    await client.close();
    return isWithin ? 0 : 1;
  } finally {
    stopping.abort();
    await cluster.stop();
  }
}

if (process.argv.includes('--help')) process.stdout.write(help);
else process.exitCode = await main();
