import { isInvalid, isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import type { KubernetesObject } from '../kube/object.ts';
import type { Resource } from '../kube/resource.ts';
import type { NewEvent } from './event.ts';
import type { EventSink } from './event-recorder.ts';

type Event = KubernetesObject & Omit<NewEvent, 'metadata'>;

export const events: Resource<Event> = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};

/** Events in the cluster. Needs create and patch. */
export class KubeEventSink implements EventSink {
  readonly #client: KubeClient;
  readonly #fieldManager: string;

  constructor(client: KubeClient, fieldManager: string) {
    this.#client = client;
    this.#fieldManager = fieldManager;
  }

  async create(event: NewEvent, signal: AbortSignal): Promise<void> {
    await this.#client.create(events, event, { fieldManager: this.#fieldManager, signal });
  }

  /** An apply to an event that is gone would make a new one, and is refused as it has only a series. */
  async updateSeries({ metadata, series }: NewEvent, signal: AbortSignal): Promise<boolean> {
    const options = { fieldManager: this.#fieldManager, force: true, signal };
    try {
      await this.#client.apply(events, { metadata, ...(series === undefined ? {} : { series }) }, options);
      return true;
    } catch (error) {
      if (isInvalid(error) || isNotFound(error)) return false;
      throw error;
    }
  }
}
