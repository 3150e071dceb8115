import { isAlreadyExists, isConflict, isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import type { KubernetesObject } from '../kube/object.ts';
import type { Resource } from '../kube/resource.ts';
import type { LeaseStore } from './leader.ts';
import type { LeaseSpec, StoredLease } from './lease.ts';

interface Lease extends KubernetesObject {
  readonly spec: LeaseSpec;
}

export const leases: Resource<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};

export interface LeaseReference {
  readonly namespace: string;
  readonly name: string;
}

/** A Lease of coordination.k8s.io/v1. Needs get, create and update. */
export class KubeLeaseStore implements LeaseStore {
  readonly #client: KubeClient;
  readonly #reference: LeaseReference;
  readonly #fieldManager: string;
  #last: Lease | undefined;

  constructor(client: KubeClient, reference: LeaseReference, fieldManager: string) {
    this.#client = client;
    this.#reference = reference;
    this.#fieldManager = fieldManager;
  }

  async read(signal: AbortSignal): Promise<StoredLease | undefined> {
    try {
      return this.#keep(await this.#client.get(leases, this.#reference, { signal }));
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return undefined;
    }
  }

  async write(spec: LeaseSpec, over: string | undefined, signal: AbortSignal): Promise<StoredLease | undefined> {
    const options = { fieldManager: this.#fieldManager, signal };
    try {
      return this.#keep(
        over === undefined
          ? await this.#client.create(leases, { metadata: this.#reference, spec }, options)
          : await this.#client.replace(leases, { metadata: this.#metadataOf(over), spec }, options),
      );
    } catch (error) {
      if (isConflict(error) || isAlreadyExists(error) || isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** A PUT drops what it leaves out, so it carries the labels and annotations that others may have set. */
  #metadataOf(resourceVersion: string): LeaseReference & { readonly resourceVersion: string } {
    const isSame = this.#last?.metadata.resourceVersion === resourceVersion;
    return { ...(isSame ? this.#last?.metadata : {}), ...this.#reference, resourceVersion };
  }

  #keep(lease: Lease): StoredLease {
    this.#last = lease;
    return { spec: lease.spec, resourceVersion: lease.metadata.resourceVersion };
  }
}
