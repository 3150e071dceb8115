import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { Churn } from './churn.ts';
import { calm, SeededPlan } from './fault-plan.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { noteOperatorObjects, operatorAccount } from './note.ts';
import { type NoteState, readNoteState, unlikeWanted } from './note-state.ts';
import { type RunningEngine, startEngine } from './running-engine.ts';
import { SeededRandom } from './seeded-random.ts';

export interface TrialProps {
  readonly controlPlane: ControlPlane;
  readonly namespace: string;
  readonly seed: number;
  readonly faults: number;
}

/** An engine of its own behind a proxy, whose Notes change until the plan of the proxy has no fault left. */
export interface Trial {
  readonly proxy: FaultProxy;
  /** Faults that are still to come. */
  left(this: void): number;
  endure(this: void): Promise<void>;
  /** What is not as it should be once all is calm, a line each. */
  findings(this: void): Promise<readonly string[]>;
  stop(this: void): Promise<void>;
}

/** Half a minute of patience of the engine is 3 s here: more than a busy machine takes for an answer. */
const haste = 10;
const gaps = { watch: 2, list: 2, read: 3, write: 5, event: 8 };
const population = 40;
/** Between changes, so that few are made while a connection stalls. */
const paceMs = 50;

export async function startTrial({ controlPlane, namespace, seed, faults }: TrialProps): Promise<Trial> {
  const { admin, url, caPem } = controlPlane;
  for (const object of noteOperatorObjects(namespace)) await admin.apply(object, { fieldManager: 'test' });
  const token = await controlPlane.tokenOf(namespace, operatorAccount);
  const dispatcher = new Agent({ connect: { ca: caPem } });
  const proxy = await startFaultProxy({ url, dispatcher });
  const plan = new SeededPlan({ seed, faults, gaps });
  const churn = new Churn({ admin, namespace, random: new SeededRandom(seed), population });
  proxy.follow(plan);
  const engine = startEngine({ url: proxy.url, token, namespace, haste });
  return {
    proxy,
    left: () => plan.left,
    endure: async () => {
      while (plan.left > 0) {
        await churn.run(4);
        await sleep(paceMs);
      }
      proxy.follow(calm);
    },
    findings: async () => {
      const state = await readNoteState(admin, namespace);
      return [
        ...unlikeWanted(state, churn.texts),
        ...unlikeServer(engine.notes.cache.list(), state.notes),
        ...unlikeServer(engine.copies.cache.list(), state.configMaps),
        ...lostKeys(engine, state, namespace),
      ];
    },
    stop: async () => {
      await engine.stop();
      await proxy.close();
      await dispatcher.destroy();
    },
  };
}

interface Identified {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
}

function beyond(some: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others);
  return some.filter((one) => !known.has(one));
}

/** One line for each object that is in the cache or on the server, but not the same in both. */
function unlikeServer(cached: Iterable<Identified>, served: readonly Identified[]): readonly string[] {
  const show = ({ metadata }: Identified): string => `${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`;
  const [cache, server] = [[...cached].map(show), served.map(show)];
  return [
    ...beyond(cache, server).map((one) => `${one}: only in the cache`),
    ...beyond(server, cache).map((one) => `${one}: only in the server`),
  ];
}

/** One line for each Note that the last pass over its key did not see as it is now. */
function lostKeys({ lastPass }: RunningEngine, { notes }: NoteState, namespace: string): readonly string[] {
  const now = new Map(notes.map(({ metadata }) => [`${namespace}/${metadata.name}`, metadata]));
  const lost = [...new Set([...now.keys(), ...lastPass.keys()])].filter((key) => {
    const [seen, is] = [lastPass.get(key)?.metadata, now.get(key)];
    return seen?.uid !== is?.uid || seen?.generation !== is?.generation;
  });
  return lost.map((key) => `${key}: changed after the last pass over it`);
}
