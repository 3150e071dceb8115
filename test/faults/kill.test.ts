import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AuditedCluster, KillTrial, startAuditedCluster } from './kill-trial.ts';
import { readSeed, SeededRandom } from './seeded-random.ts';

const seed = readSeed(process.env);
const timing = { leaseMs: 1500, renewDeadlineMs: 1000, retryMs: 200 };
const kills = 20;

let cluster: AuditedCluster;
let trials: readonly KillTrial[] = [];

beforeAll(async () => {
  process.stderr.write(`kill: FAULT_SEED=${seed} replays the choices of this run\n`);
  cluster = await startAuditedCluster();
  const { controlPlane, program } = cluster;
  trials = await Promise.all(
    ['first', 'second'].map((namespace, index) =>
      KillTrial.start({ controlPlane, program, namespace, random: new SeededRandom(seed + index), timing }),
    ),
  );
});

afterAll(async () => {
  await Promise.all(trials.map((trial) => trial.stop()));
  await cluster.stop();
});

test(`converges each time when one of two replicas is killed, ${kills} times`, async () => {
  const killed = trials.map(async (trial) => {
    for (let done = 0; done < kills / trials.length; done += 1) await trial.kill();
  });
  await expect(Promise.all(killed)).resolves.toHaveLength(trials.length);
});

test('never writes but under the lease, and makes no object twice', () => {
  expect(trials.flatMap((trial) => trial.findings())).toEqual([]);
  for (const { writes, leases, creations } of trials.map((trial) => trial.readAudit())) {
    expect(new Set(leases.map(({ holder }) => holder)).size).toBeGreaterThan(2);
    expect(writes.length).toBeGreaterThan(creations.length);
    expect(creations.length).toBeGreaterThan(kills);
  }
});
