import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { eventually } from '../cluster/eventually.ts';
import { Churn } from '../faults/churn.ts';
import { noteOperatorObjects, operatorAccount } from '../faults/note.ts';
import { readNoteState, unlikeWanted } from '../faults/note-state.ts';
import { Replica } from '../faults/replica.ts';
import type { SeededRandom } from '../faults/seeded-random.ts';
import type { Sample } from './trend.ts';

const measureSchema = z.object({
  residentBytes: z.number(),
  heapBytes: z.number(),
  descriptors: z.number(),
  events: z.number(),
});

export interface SoakFigures {
  readonly heap: readonly Sample[];
  readonly resident: readonly Sample[];
  readonly descriptors: readonly Sample[];
  /** Events that the caches of the operator heard in a second, on average. */
  readonly eventsPerSecond: number;
}

export interface SoakProps {
  readonly controlPlane: ControlPlane;
  /** Of the bundled operator. */
  readonly program: string;
  readonly random: SeededRandom;
  readonly minutes: number;
}

const namespace = 'soak';
const timing = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2000 };
const population = 200;
/** Each is heard as that of a Note, of its copy and of its status. */
const changesPerSecond = 60;
const sampleMs = 2000;
/** Share of the time in which caches, code and heap grow to what they stay at. */
const warmUpShare = 1 / 3;

/** Changes Notes at a steady rate and measures their operator all the while; at the end all must be as wanted. */
export async function soak({ controlPlane, program, random, minutes }: SoakProps): Promise<SoakFigures> {
  const { admin, url: server, caPem: ca } = controlPlane;
  for (const object of noteOperatorObjects(namespace)) await admin.apply(object, { fieldManager: 'soak' });
  const token = await controlPlane.tokenOf(namespace, operatorAccount);
  const replica = new Replica({ program, name: namespace, server, ca, token, namespace, timing });
  const churn = new Churn({ admin, namespace, random, population });
  const startedAt = performance.now();
  const elapsed = (): number => (performance.now() - startedAt) / 1000;
  const endAt = minutes * 60;
  let changes = 0;

  const change = async (): Promise<void> => {
    while (elapsed() < endAt) {
      // on a machine that does not keep up the rest is left out, and the rate says so
      const due = Math.min(Math.floor(elapsed() * changesPerSecond) - changes, changesPerSecond);
      await churn.run(Math.max(due, 0));
      changes += Math.max(due, 0);
      await sleep(10);
    }
  };
  const samples: { readonly seconds: number; readonly figures: z.output<typeof measureSchema> }[] = [];
  const measure = async (): Promise<void> => {
    while (elapsed() < endAt) {
      await sleep(sampleMs);
      samples.push({ seconds: elapsed(), figures: measureSchema.parse(await replica.measure()) });
    }
  };
  try {
    await Promise.all([change(), measure()]);
    const patience = { timeoutMs: 60_000, giveUp: controlPlane.failure };
    await eventually(async () => {
      const findings = unlikeWanted(await readNoteState(admin, namespace), churn.texts);
      if (findings.length > 0) throw new Error(findings.slice(0, 5).join('\n'));
    }, patience);
  } finally {
    await replica.stop();
  }
  const steady = samples.filter(({ seconds }) => seconds > warmUpShare * endAt);
  const series = (of: keyof z.output<typeof measureSchema>): readonly Sample[] =>
    steady.map(({ seconds, figures }) => ({ seconds, value: figures[of] }));
  return {
    heap: series('heapBytes'),
    resident: series('residentBytes'),
    descriptors: series('descriptors'),
    eventsPerSecond: (samples.at(-1)?.figures.events ?? 0) / (samples.at(-1)?.seconds ?? endAt),
  };
}
