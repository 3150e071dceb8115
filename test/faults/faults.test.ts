import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { eventually } from '../cluster/eventually.ts';
import { faultKinds } from './fault.ts';
import { noteDefinition } from './note.ts';
import { readSeed } from './seeded-random.ts';
import { startTrial, type Trial } from './trial.ts';

const seed = readSeed(process.env);
const faults = 260;
const numbers = [1, 2, 3, 4];

let controlPlane: ControlPlane;
let trials: readonly Trial[] = [];

beforeAll(async () => {
  process.stderr.write(`faults: FAULT_SEED=${seed} replays this run\n`);
  controlPlane = await startControlPlane({ crds: [noteDefinition] });
  trials = await Promise.all(
    numbers.map((number) => startTrial({ controlPlane, namespace: `trial-${number}`, seed: seed + number, faults })),
  );
  await Promise.all([...trials.map((trial) => trial.endure()), restartHalfWay()]);
});

afterAll(async () => {
  await Promise.all(trials.map((trial) => trial.stop()));
  await controlPlane.stop();
});

async function restartHalfWay(): Promise<void> {
  const patience = { giveUp: controlPlane.failure };
  await eventually(() => trials.some((trial) => trial.left() < faults / 2), patience);
  await controlPlane.restartApiServer();
}

test.each(numbers)('loses no key in plan %i', async (number) => {
  const patience = { giveUp: controlPlane.failure };
  await eventually(async () => expect(await trials[number - 1]?.findings()).toEqual([]), patience);
});

test('meets more than 1,000 faults of every kind', () => {
  const happened = trials.flatMap(({ proxy }) => [...proxy.happened]);
  expect(happened.reduce((sum, [, times]) => sum + times, 0)).toBe(faults * numbers.length);
  expect(new Set(happened.map(([kind]) => kind))).toEqual(new Set(Object.values(faultKinds).flat()));
});
