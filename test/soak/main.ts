import { startControlPlane } from '../cluster/control-plane.ts';
import { type AuditedCluster, KillTrial, startAuditedCluster } from '../faults/kill-trial.ts';
import { noteDefinition } from '../faults/note.ts';
import { readSeed, SeededRandom } from '../faults/seeded-random.ts';
import { soak, type SoakFigures } from './churn-soak.ts';
import { isFlat, type Sample, trendOf } from './trend.ts';

const help = `usage: make soak [SOAK_MINUTES=30] [SOAK_KILLS=200]

Changes objects, 100 events and more a second, and watches memory and descriptors of their operator, then kills replicas of it.
The exit code is 1 over a bar.
`;

const quick = { leaseMs: 1500, renewDeadlineMs: 1000, retryMs: 200 };
const usual = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2000 };
/** One of so many kills is under the timing that the operator is delivered with. */
const usualShare = 20;
const leastEventsPerSecond = 100;

const print = (isWithin: boolean, text: string): boolean => {
  process.stdout.write(`${isWithin ? 'ok    ' : 'failed'} ${text}\n`);
  return isWithin;
};

/**
 * What V8 notes of code and of shapes goes on growing, by about half a byte for each event, without an object of ours: two
 * snapshots of the heap say so. An object that is kept takes 16 bytes and more.
 */
const bytesPerEvent = 1;

interface Unit {
  readonly name: string;
  readonly size: number;
}

function judge(name: string, samples: readonly Sample[], unit: Unit, allowed = 0): boolean {
  const trend = trendOf(samples);
  const shown = (value: number): string => `${(value / unit.size).toFixed(2)} ${unit.name}`;
  const last = samples.at(-1)?.value ?? 0;
  return print(
    isFlat(trend, allowed),
    `${name}: ${shown(last)} at the end, rises by ${shown(trend.rise)}, noise ${shown(trend.noise)}, bar three times the noise or ${shown(allowed)}`,
  );
}

const secondsOf = (samples: readonly Sample[]): number => (samples.at(-1)?.seconds ?? 0) - (samples[0]?.seconds ?? 0);

/** On a control plane of its own, as an audit of it would fill the disk. */
async function soakMemory(program: string, random: SeededRandom): Promise<boolean> {
  const minutes = readCount('SOAK_MINUTES', 30);
  const controlPlane = await startControlPlane({ crds: [noteDefinition] });
  let figures: SoakFigures;
  try {
    figures = await soak({ controlPlane, program, random, minutes });
  } finally {
    await controlPlane.stop();
  }
  const { heap, resident, descriptors, eventsPerSecond } = figures;
  const megabyte = { name: 'MB', size: 1e6 };
  return [
    print(
      eventsPerSecond >= leastEventsPerSecond,
      `churn: ${eventsPerSecond.toFixed(0)} events a second for ${minutes} minutes, bar ${leastEventsPerSecond}`,
    ),
    judge('heap after collection', heap, megabyte, bytesPerEvent * eventsPerSecond * secondsOf(heap)),
    judge('resident', resident, megabyte),
    judge('descriptors', descriptors, { name: 'open', size: 1 }),
  ].every(Boolean);
}

async function soakKills(cluster: AuditedCluster, random: SeededRandom): Promise<boolean> {
  const kills = readCount('SOAK_KILLS', 200);
  const usualKills = Math.ceil(kills / usualShare);
  const { controlPlane, program } = cluster;
  const counts = [
    { timing: quick, count: kills - usualKills },
    { timing: usual, count: usualKills },
  ];
  const results: boolean[] = [];
  for (const { timing, count } of counts) {
    const namespace = `lease-${timing.leaseMs}`;
    const trial = await KillTrial.start({ controlPlane, program, namespace, random, timing });
    for (let done = 0; done < count; done += 1) await trial.kill();
    const lines = trial.findings();
    await trial.stop();
    results.push(
      print(lines.length === 0, `${count} kills under a lease of ${timing.leaseMs} ms: ${lines.length} findings`),
    );
    for (const line of lines) process.stdout.write(`       ${line}\n`);
  }
  return results.every(Boolean);
}

const halts = 10;

/** A leader that was halted may finish what it had begun: how often is told, that all converges is held to. */
async function soakHalts({ controlPlane, program }: AuditedCluster, random: SeededRandom): Promise<void> {
  const trial = await KillTrial.start({ controlPlane, program, namespace: 'halts', random, timing: quick });
  for (let done = 0; done < halts; done += 1) await trial.sleepOver();
  const lines = trial.findings();
  await trial.stop();
  process.stdout.write(`       ${halts} halts of a leader: ${lines.length} writes came late\n`);
}

function readCount(name: string, fallback: number): number {
  const given = process.env[name] ?? '';
  if (given === '') return fallback;
  if (!(Number(given) > 0)) throw new Error(`${name}: got ${given}, allowed a number above 0`);
  return Number(given);
}

async function main(): Promise<void> {
  const seed = readSeed(process.env);
  process.stdout.write(`       FAULT_SEED=${seed} replays the choices of this run\n`);
  const random = new SeededRandom(seed);
  const cluster = await startAuditedCluster();
  try {
    const results = [await soakMemory(cluster.program, random), await soakKills(cluster, random)];
    await soakHalts(cluster, random);
    process.exitCode = results.every(Boolean) ? 0 : 1;
  } finally {
    await cluster.stop();
  }
}

if (process.argv.includes('--help')) process.stdout.write(help);
else await main();
