import { KubeClient } from '../../operator/kube/client.ts';
import { systemClock } from '../../operator/kube/clock.ts';
import { bearerToken } from '../../operator/kube/connection.ts';
import type { Informer } from '../../operator/kube/informer.ts';
import type { KubernetesObject } from '../../operator/kube/object.ts';
import { silentReflectorObserver } from '../../operator/kube/observer.ts';
import { ResourceInformer } from '../../operator/kube/resource-informer.ts';
import type { Resource } from '../../operator/kube/resource.ts';
import { reflectorPace } from '../../operator/kube/retry-delay.ts';
import { hastyClock } from './hasty-clock.ts';
import { type ConfigMap, configMaps, type Note, notes } from './note.ts';
import { buildNoteController } from './note-controller.ts';

export interface EngineProps {
  readonly url: string;
  /** CA of the server; default that of the system, which plain HTTP does not need. */
  readonly caPem?: string;
  readonly token: string;
  readonly namespace: string;
  /** How much faster than time its clock runs. */
  readonly haste: number;
}

/** Client, caches and controller of Notes in this process, whose caches a test can look into. */
export interface RunningEngine {
  readonly notes: Informer<Note>;
  readonly copies: Informer<ConfigMap>;
  /** What the last pass over each key saw; undefined where the Note was gone. */
  readonly lastPass: ReadonlyMap<string, Note | undefined>;
  stop(this: void): Promise<void>;
}

/** Of a watch, in time of the test; the operator waits for two bookmarks of the server. */
const silenceMs = 4000;

export function startEngine({ url, caPem, token, namespace, haste }: EngineProps): RunningEngine {
  const clock = hastyClock(systemClock, haste);
  const connection = { server: url, tls: { ca: caPem }, credentials: bearerToken(token) };
  const client = new KubeClient(connection, { clock });
  const settings = {
    clock,
    random: Math.random,
    pace: reflectorPace,
    silenceMs: silenceMs * haste,
    observer: silentReflectorObserver,
  };
  const informerOf = <T extends KubernetesObject>(resource: Resource<T>): Informer<T> =>
    new ResourceInformer({ client, resource, selection: { namespaces: [namespace] }, settings });
  const informers = { notes: informerOf(notes), copies: informerOf(configMaps) };
  const lastPass = new Map<string, Note | undefined>();
  const controller = buildNoteController({
    client,
    ...informers,
    clock,
    nameCopy: ({ metadata }) => metadata.name,
    // every other request fails here
    failed: () => {},
    passed: (key, note) => void lastPass.set(key, note),
  });
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = Promise.all([informers.notes.run(signal), informers.copies.run(signal), runWhenSynced()]);
  async function runWhenSynced(): Promise<void> {
    await Promise.all([informers.notes.whenSynced(signal), informers.copies.whenSynced(signal)]);
    await controller.run({ stop: signal, abort: signal, mayAct: () => true });
  }
  return {
    ...informers,
    lastPass,
    stop: async () => {
      stopping.abort();
      await running.catch((error: unknown) => {
        if (error !== signal.reason) throw error;
      });
      await client.close();
    },
  };
}
