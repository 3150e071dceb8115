import { z } from 'zod';
import { canonicalJson } from '../specs/applied-object.ts';
import { ApiError } from '../kube/api-error.ts';
import { keyOf, type KubernetesObject } from '../kube/object.ts';
import type { Resource } from '../kube/resource.ts';
import { MemoryInformer } from '../reconcile/memory-informer.ts';
import { brokerResource } from '../specs/broker.ts';
import { jobResource } from '../specs/job.ts';
import { knativeServiceResource } from '../specs/knative-service.ts';
import { podResource } from '../specs/pod.ts';
import { replicaSetResource } from '../specs/replica-set.ts';
import { revisionResource } from '../specs/revision.ts';
import { triggerResource } from '../specs/trigger.ts';
import { addIndexes, type FunctionCaches } from './caches.ts';
import { agentResource, functionResource } from './known-functions.ts';
import type { FunctionClient } from './pass.ts';

/** How a request ends: refused; done and then not answered; not answered, and done at some later time. */
export type Fault = 'refused' | 'unanswered' | 'late';

export interface MemoryKind {
  readonly plural: string;
  put(object: KubernetesObject): void;
  remove(key: string): void;
}

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
  spec: z.unknown().optional(),
  status: z.unknown().optional(),
});

/** What is stored, in the form in which it is written. */
type Stored = KubernetesObject & { readonly spec?: unknown; readonly status?: unknown };

/** A kind that a cluster tells of. */
export function kindOf<T extends KubernetesObject>(resource: Resource<T>) {
  const informer = new MemoryInformer<T>(resource.plural);
  return {
    plural: resource.plural,
    informer,
    put(object: KubernetesObject): void {
      if (isOf(resource, object)) informer.put(object);
    },
    remove(key: string): void {
      informer.remove(key);
    },
  };
}

async function* noPages() {
  yield { items: [], resourceVersion: '1' };
}

/** For tests: the API server as far as a function needs it, and what watches of it have told so far. */
export class MemoryCluster {
  readonly #objects = new Map<string, Stored>();
  /** Keys of #objects that the watches have not told yet. */
  readonly #untold = new Set<string>();
  readonly #faults: Fault[] = [];
  /** Requests whose clients wait no longer. */
  readonly #late: (() => Stored)[] = [];
  readonly #now: () => Date;
  #kinds: readonly MemoryKind[] = [];
  #version = 1;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Of everything: it stays while nothing is written. */
  get version(): number {
    return this.#version;
  }

  /** The next request that writes ends so. */
  fail(fault: Fault): void {
    this.#faults.push(fault);
  }

  /** Requests that are late are done now, those that can be. */
  land(): void {
    for (const write of this.#late.splice(0)) {
      try {
        write();
      } catch (error) {
        // nobody hears of it
        if (!(error instanceof ApiError)) throw error;
      }
    }
  }

  /** No request fails any more, and none is under way. */
  heal(): void {
    this.#faults.length = 0;
    this.land();
  }

  all(plural: string): readonly Stored[] {
    return [...this.#objects].filter(([key]) => key.startsWith(`${plural} `)).map(([, object]) => object);
  }

  find(plural: string, key: string): Stored | undefined {
    return this.#objects.get(`${plural} ${key}`);
  }

  /** Empty caches that know everything there is: those of a program that starts. */
  start(): FunctionCaches {
    const kinds = {
      functions: kindOf(functionResource),
      agents: kindOf(agentResource),
      services: kindOf(knativeServiceResource),
      revisions: kindOf(revisionResource),
      replicaSets: kindOf(replicaSetResource),
      jobs: kindOf(jobResource),
      pods: kindOf(podResource),
      triggers: kindOf(triggerResource),
      brokers: kindOf(brokerResource),
    };
    const { functions, agents, services, revisions, replicaSets, jobs, pods, triggers, brokers } = kinds;
    const caches: FunctionCaches = {
      functions: functions.informer,
      agents: agents.informer,
      services: services.informer,
      revisions: revisions.informer,
      replicaSets: replicaSets.informer,
      jobs: jobs.informer,
      pods: pods.informer,
      triggers: triggers.informer,
      brokers: brokers.informer,
      serviceAccounts: undefined,
      references: undefined,
    };
    addIndexes(caches);
    this.watch(Object.values(kinds));
    return caches;
  }

  /** Tells these kinds, and no others any more, all that there is. */
  watch(kinds: readonly MemoryKind[]): void {
    this.#kinds = kinds;
    for (const key of this.#objects.keys()) this.#untold.add(key);
    this.tell();
  }

  /** The watches tell the oldest changes, all of them unless a number is given. */
  tell(most = Number.POSITIVE_INFINITY): void {
    for (const id of [...this.#untold].slice(0, most)) {
      this.#untold.delete(id);
      const [plural = '', key = ''] = id.split(' ');
      const kind = this.#kinds.find((one) => one.plural === plural);
      const object = this.#objects.get(id);
      if (object === undefined) kind?.remove(key);
      else kind?.put(object);
    }
  }

  /** Writes as somebody else than the operator, who meets no faults. */
  put(
    plural: string,
    object: Omit<Stored, 'metadata'> & {
      readonly metadata: {
        readonly name: string;
        readonly namespace?: string;
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
        readonly finalizers?: readonly string[];
      };
    },
  ): Stored {
    return this.#store(plural, object);
  }

  remove(plural: string, key: string): void {
    this.#version += 1;
    this.#objects.delete(`${plural} ${key}`);
    this.#untold.add(`${plural} ${key}`);
  }

  /** What the garbage collector does at worst: it also takes an owner for there whose name another one has now. */
  collect(): void {
    const present = new Set([...this.#objects.values()].map((object) => `${object.kind} ${keyOf(object)}`));
    for (const [id, { metadata }] of this.#objects) {
      const owners = metadata.ownerReferences ?? [];
      const [plural = '', key = ''] = id.split(' ');
      const isOwned = owners.some(({ kind, name }) => present.has(`${kind} ${metadata.namespace}/${name}`));
      if (owners.length > 0 && !isOwned) this.remove(plural, key);
    }
  }

  readonly client: FunctionClient = {
    create: (resource, object) =>
      this.#write(resource, () => {
        if (this.#live(resource, object) !== undefined) throw refusal(409, 'AlreadyExists');
        return this.#store(resource.plural, object);
      }),
    apply: (resource, object) => this.#write(resource, () => this.#store(resource.plural, object)),
    applyStatus: (resource, object) =>
      this.#write(resource, () => {
        const live = this.#live(resource, object);
        if (live === undefined) throw refusal(404, 'NotFound');
        const { resourceVersion = live.metadata.resourceVersion, uid } = object.metadata;
        const isSame = uid === live.metadata.uid && resourceVersion === live.metadata.resourceVersion;
        if (!isSame) throw refusal(409, 'Conflict');
        const { status } = objectSchema.parse({ ...live, ...Object.fromEntries(Object.entries(object)) });
        return this.#store(resource.plural, { ...live, status });
      }),
    merge: (resource, members) =>
      this.#write(resource, () => {
        const live = this.#live(resource, members);
        if (live === undefined) throw refusal(404, 'NotFound');
        if (members.metadata.resourceVersion !== live.metadata.resourceVersion) throw refusal(409, 'Conflict');
        return this.#store(resource.plural, { ...live, metadata: { ...live.metadata, ...members.metadata } });
      }),
    delete: async (resource, reference, options) => {
      const { preconditions = {} } = options ?? {};
      await this.#write(resource, () => {
        const live = this.#live(resource, { metadata: reference });
        if (live === undefined) throw refusal(404, 'NotFound');
        const { resourceVersion = live.metadata.resourceVersion, uid = live.metadata.uid } = preconditions;
        const isSame = uid === live.metadata.uid && resourceVersion === live.metadata.resourceVersion;
        if (!isSame) throw refusal(409, 'Conflict');
        this.remove(resource.plural, keyOf(live));
        return live;
      });
    },
    get: async (resource, reference) => {
      const live = this.#live(resource, { metadata: reference });
      if (live === undefined) throw refusal(404, 'NotFound');
      if (!isOf(resource, live)) throw new Error(`${resource.kind}: got ${live.kind}`);
      return live;
    },
    list: noPages,
  };

  async #write<T extends KubernetesObject>(resource: Resource<T>, write: () => Stored): Promise<T> {
    const fault = this.#faults.shift();
    if (fault === 'refused') throw refusal(500, 'InternalError');
    if (fault === 'late') {
      this.#late.push(write);
      throw refusal(504, 'Timeout');
    }
    const written = write();
    if (fault === 'unanswered') throw refusal(504, 'Timeout');
    if (!isOf(resource, written)) throw new Error(`${resource.kind}: got ${written.kind}`);
    return written;
  }

  #live(
    { plural }: Resource,
    { metadata }: { readonly metadata: { readonly namespace?: string | undefined; readonly name: string } },
  ) {
    return this.#objects.get(`${plural} ${metadata.namespace}/${metadata.name}`);
  }

  /** A write that changes nothing makes no new version. */
  #store(plural: string, given: object): Stored {
    // what is kept shares nothing with what was sent
    const object = objectSchema.parse(JSON.parse(JSON.stringify(given)));
    const id = `${plural} ${object.metadata.namespace}/${object.metadata.name}`;
    const live = this.#objects.get(id);
    const { uid, creationTimestamp } = live?.metadata ?? this.#born();
    const status = object.status ?? live?.status;
    const { resourceVersion: _, generation: __, ...rest } = object.metadata;
    const metadata = { ...rest, uid, creationTimestamp };
    const whole = { ...object, ...(status === undefined ? {} : { status }), metadata };
    if (live !== undefined && canonicalJson(whole) === canonicalJson(withoutVersions(live))) return live;
    this.#version += 1;
    const generation = generationOf(live, object.spec);
    const stored = { ...whole, metadata: { ...metadata, generation, resourceVersion: String(this.#version) } };
    this.#objects.set(id, stored);
    this.#untold.add(id);
    return stored;
  }

  #born() {
    return { uid: `uid-${this.#version}`, creationTimestamp: this.#now().toISOString() };
  }
}

/** A write of the status makes no new one. */
function generationOf(live: Stored | undefined, spec: unknown): number {
  const before = live?.metadata.generation ?? 0;
  return live !== undefined && canonicalJson(live.spec) === canonicalJson(spec) ? before : before + 1;
}

const withoutVersions = ({ metadata, ...rest }: Stored) => {
  const { resourceVersion: _, generation: __, ...kept } = metadata;
  return { ...rest, metadata: kept };
};

const refusal = (status: number, reason: string): ApiError => new ApiError({ status, reason, message: reason });

const isOf = <T extends KubernetesObject>({ kind }: Resource<T>, object: KubernetesObject): object is T =>
  object.kind === kind;
