import type { KubeClient } from './client.ts';
import type { Clock } from './clock.ts';
import type { Informer } from './informer.ts';
import type { KubernetesObject } from './object.ts';
import { type ReflectorObserver, silentReflectorObserver } from './observer.ts';
import type { ReflectorSettings } from './reflector.ts';
import { type InformerSelection, ResourceInformer } from './resource-informer.ts';
import { nameOf } from './resource-path.ts';
import type { Resource } from './resource.ts';
import { reflectorPace } from './retry-delay.ts';

export interface InformersProps {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Default: nobody is told. */
  readonly observer?: ReflectorObserver;
}

const silenceMs = 150_000;

/** One informer for each kind and selection, whoever asks for it: one watch and one cache. */
export class Informers {
  readonly #client: KubeClient;
  readonly #settings: ReflectorSettings;
  readonly #informers = new Map<string, Informer<KubernetesObject>>();

  constructor({ client, clock, random, observer = silentReflectorObserver }: InformersProps) {
    this.#client = client;
    this.#settings = { clock, random, observer, pace: reflectorPace, silenceMs };
  }

  /** All that were asked for, in the order in which they were. */
  get all(): readonly Informer<KubernetesObject>[] {
    return [...this.#informers.values()];
  }

  /** The informer of a kind; it does not run yet. Metadata alone is a kind of its own: `of(metadataOnly(secrets))`. */
  of<T extends KubernetesObject>(resource: Resource<T>, selection: InformerSelection = {}): Informer<T> {
    const key = keyOfInformer(resource, selection);
    const known = this.#informers.get(key);
    if (isInformerOf(resource, known)) return known;
    const informer = new ResourceInformer({ client: this.#client, resource, selection, settings: this.#settings });
    this.#informers.set(key, informer);
    return informer;
  }

  /** Runs all informers until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.all.map((informer) => informer.run(signal)));
  }
}

/** The key of the map holds kind and version; they say what type the objects have. */
const isInformerOf = <T extends KubernetesObject>(
  resource: Resource<T>,
  informer: Informer<KubernetesObject> | undefined,
): informer is Informer<T> => informer?.name === nameOf(resource);

function keyOfInformer(resource: Resource, selection: InformerSelection): string {
  const { namespaces, labelSelector, fieldSelector, optional = false } = selection;
  const { version, metadataOnly = false } = resource;
  const parts = [
    nameOf(resource),
    version,
    metadataOnly,
    namespaces?.toSorted(),
    labelSelector,
    fieldSelector,
    optional,
  ];
  return JSON.stringify(parts);
}
