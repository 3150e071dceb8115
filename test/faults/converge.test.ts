import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { eventually } from '../cluster/eventually.ts';
import { Churn } from './churn.ts';
import { noteDefinition, noteOperatorObjects, operatorAccount } from './note.ts';
import { readNoteState, unlikeWanted } from './note-state.ts';
import { type RunningEngine, startEngine } from './running-engine.ts';
import { SeededRandom } from './seeded-random.ts';

const namespace = 'notes';
const names = Array.from({ length: 1000 }, (_, index) => `note-${index}`);

let controlPlane: ControlPlane;
let engine: RunningEngine;
let churn: Churn;

beforeAll(async () => {
  controlPlane = await startControlPlane({ crds: [noteDefinition] });
  const { admin, url, caPem } = controlPlane;
  for (const object of noteOperatorObjects(namespace)) await admin.apply(object, { fieldManager: 'test' });
  const token = await controlPlane.tokenOf(namespace, operatorAccount);
  engine = startEngine({ url, caPem, token, namespace, haste: 1 });
  churn = new Churn({ admin, namespace, random: new SeededRandom(1), population: names.length });
}, 90_000);

afterAll(async () => {
  await engine.stop();
  await controlPlane.stop();
});

/** Does something to every Note, some at once; answers once the cluster and the caches show all of it. */
async function findingsAfter(change: (name: string) => Promise<void>): Promise<readonly string[]> {
  const left = [...names];
  const work = async (): Promise<void> => {
    for (let name = left.pop(); name !== undefined; name = left.pop()) await change(name);
  };
  await Promise.all(Array.from({ length: 16 }, work));
  const find = async (): Promise<readonly string[]> => {
    const { notes, configMaps } = await readNoteState(controlPlane.admin, namespace);
    const isCached = engine.notes.cache.size === notes.length && engine.copies.cache.size === configMaps.length;
    return [...unlikeWanted({ notes, configMaps }, churn.texts), ...(isCached ? [] : ['a cache is not whole'])];
  };
  const patience = { timeoutMs: 120_000, intervalMs: 500, giveUp: controlPlane.failure };
  return eventually(async () => {
    const findings = await find();
    if (findings.length > 0) throw new Error(findings.slice(0, 5).join('\n'));
    return findings;
  }, patience);
}

test('converges on 1,000 Notes that are made', async () => {
  expect(await findingsAfter((name) => churn.create(name))).toEqual([]);
  expect(engine.notes.cache.size).toBe(names.length);
}, 180_000);

test('converges on 1,000 Notes that change', async () => {
  expect(await findingsAfter((name) => churn.change(name))).toEqual([]);
}, 180_000);

test('converges on 1,000 Notes that are removed', async () => {
  expect(await findingsAfter((name) => churn.remove(name))).toEqual([]);
  expect(engine.notes.cache.size).toBe(0);
}, 180_000);
