import type { Clock } from './clock.ts';
import type { Connection } from './connection.ts';
import { splitLines } from './lines.ts';
import type { KubernetesObject } from './object.ts';
import { type ClientObserver, silentClientObserver } from './observer.ts';
import type { RateLimit } from './rate-limit.ts';
import { acceptOf, apiVersionOf, objectPath, resourcePath } from './resource-path.ts';
import type { Resource } from './resource.ts';
import { type ApiRequest, type RequestOptions, type StreamOptions, Transport } from './transport.ts';
import { type ListPage, parseAnswer, parsePage, parseWatchEvent, type WatchEvent } from './wire.ts';

export interface ClientOptions {
  readonly clock: Clock;
  /** Default: nobody is told. */
  readonly observer?: ClientObserver;
  /** Default `knative-lambda`. */
  readonly userAgent?: string;
  /**
   * Asked at the last moment before each write is sent; false refuses it with a WriteRefusedError. It keeps a leader
   * that was asleep from going on where it was. Default: every write is sent.
   */
  readonly mayWrite?: () => boolean;
  /** Of requests, those of watches aside; who is over it waits. Default: none. */
  readonly requestRate?: RateLimit | undefined;
}

export interface ObjectReference {
  /** Needed for a kind that has namespaces. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface Selection {
  /** Default every namespace. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface ListQuery extends Selection {
  /** Objects in a page, default 500. */
  readonly limit?: number;
}

export interface WatchQuery extends Selection {
  /** Changes after this version are told. */
  readonly resourceVersion: string;
  /** After so long the server ends the watch. */
  readonly timeoutSeconds: number;
}

export interface WriteOptions extends RequestOptions {
  readonly fieldManager: string;
}

export interface ApplyOptions extends WriteOptions {
  /** Takes fields over from other managers, default false: a conflict is an error. */
  readonly force?: boolean;
}

export interface DeleteOptions extends RequestOptions {
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  /** Default that of the kind; for Jobs it leaves the pods. */
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

export interface ReviewQuestion {
  /** Needed for a kind that has namespaces. */
  readonly namespace?: string;
  readonly spec: object;
}

export interface LogQuery {
  /** Default the only container. */
  readonly container?: string;
  readonly tailLines: number;
  readonly limitBytes: number;
}

type PartialDeep<T> = T extends readonly (infer Item)[]
  ? readonly PartialDeep<Item>[]
  : T extends object
    ? { readonly [Member in keyof T]?: PartialDeep<T[Member]> | undefined }
    : T;

/** The fields of an object that a manager owns; kind and version come from the resource. */
export type ApplyConfiguration<T extends KubernetesObject> = PartialDeep<Omit<T, 'metadata'>> & {
  readonly metadata: PartialDeep<T['metadata']> & ObjectReference;
};

const pageLimit = 500;

/**
 * A client of one API server. Failures are an ApiError with what the server said, or a ConnectionError; nothing is
 * tried again, but once with a renewed token. Unknown fields in what is written are refused.
 */
export class KubeClient {
  readonly #transport: Transport;

  constructor(connection: Connection, options: ClientOptions) {
    const { clock, observer = silentClientObserver, userAgent = 'knative-lambda', mayWrite = () => true } = options;
    const { requestRate } = options;
    this.#transport = new Transport(connection, { clock, observer, userAgent, mayWrite, requestRate });
  }

  async get<T extends KubernetesObject>(
    resource: Resource<T>,
    reference: ObjectReference,
    options: RequestOptions = {},
  ): Promise<T> {
    return this.#object(resource, { method: 'GET', path: objectPath(resource, reference) }, options);
  }

  /** Pages of one state of the whole list. Fails with 410 when the server has forgotten that state before the last page. */
  async *list<T extends KubernetesObject>(
    resource: Resource<T>,
    query: ListQuery = {},
    options: RequestOptions = {},
  ): AsyncGenerator<ListPage<T>> {
    const { limit = pageLimit, ...selection } = query;
    const parameters = selectionQuery(selection);
    parameters.set('limit', String(limit));
    const path = resourcePath(resource, { namespace: query.namespace });
    const request = { method: 'GET', path, query: parameters, accept: acceptOf(resource, 'list') } as const;
    for (;;) {
      const { next, ...page } = parsePage(resource, await this.#transport.send(request, options));
      yield page;
      if (next === '') return;
      parameters.set('continue', next);
    }
  }

  /** Changes after a version, and bookmarks. Ends when the server ends it; fails when the connection breaks. */
  async *watch<T extends KubernetesObject>(
    resource: Resource<T>,
    query: WatchQuery,
    options: StreamOptions = {},
  ): AsyncGenerator<WatchEvent<T>> {
    const parameters = selectionQuery(query);
    parameters.set('watch', 'true');
    parameters.set('allowWatchBookmarks', 'true');
    parameters.set('resourceVersion', query.resourceVersion);
    parameters.set('timeoutSeconds', String(query.timeoutSeconds));
    const path = resourcePath(resource, { namespace: query.namespace });
    const request = { method: 'GET', path, query: parameters, accept: acceptOf(resource, 'object') } as const;
    for await (const line of splitLines(this.#transport.stream(request, options))) {
      yield parseWatchEvent(resource, line);
    }
  }

  async create<T extends KubernetesObject>(
    resource: Resource<T>,
    object: ApplyConfiguration<T>,
    options: WriteOptions,
  ): Promise<T> {
    const path = resourcePath(resource, { namespace: object.metadata.namespace });
    const query = writeQuery(options);
    return this.#object(resource, { method: 'POST', path, query, body: withKind(resource, object) }, options);
  }

  /** Asks a question that is a create and leaves no object, such as a TokenReview. The answer is as it came, and JSON. */
  async review(resource: Resource, question: ReviewQuestion, options: RequestOptions = {}): Promise<unknown> {
    const path = resourcePath(resource, { namespace: question.namespace });
    const body = withKind(resource, { spec: question.spec });
    return JSON.parse(await this.#transport.send({ method: 'POST', path, body }, options));
  }

  /** Writes the whole object. Fails with a conflict when its resourceVersion is no longer the current one. */
  async replace<T extends KubernetesObject>(
    resource: Resource<T>,
    object: ApplyConfiguration<T>,
    options: WriteOptions,
  ): Promise<T> {
    const path = objectPath(resource, object.metadata);
    const query = writeQuery(options);
    return this.#object(resource, { method: 'PUT', path, query, body: withKind(resource, object) }, options);
  }

  /** Server-side apply: makes or changes the object so that the manager owns these fields and no others. */
  apply<T extends KubernetesObject>(
    resource: Resource<T>,
    object: ApplyConfiguration<T>,
    options: ApplyOptions,
  ): Promise<T> {
    return this.#apply(resource, object, options, '');
  }

  /** Server-side apply of the status alone; the object must be there. */
  applyStatus<T extends KubernetesObject>(
    resource: Resource<T>,
    object: ApplyConfiguration<T>,
    options: ApplyOptions,
  ): Promise<T> {
    return this.#apply(resource, object, options, '/status');
  }

  /**
   * Replaces the members that are given; a list is replaced whole. Fails with a conflict when the object is no longer of
   * the resourceVersion that the members name.
   */
  async merge<T extends KubernetesObject>(
    resource: Resource<T>,
    members: ApplyConfiguration<T>,
    options: WriteOptions,
  ): Promise<T> {
    const path = objectPath(resource, members.metadata);
    const query = writeQuery(options);
    const contentType = 'application/merge-patch+json';
    return this.#object(resource, { method: 'PATCH', path, query, body: members, contentType }, options);
  }

  async delete(resource: Resource, reference: ObjectReference, options: DeleteOptions = {}): Promise<void> {
    const { preconditions, propagationPolicy } = options;
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions, propagationPolicy };
    await this.#transport.send({ method: 'DELETE', path: objectPath(resource, reference), body }, options);
  }

  /** The end of a container's log. */
  async logs(reference: Required<ObjectReference>, query: LogQuery, options: RequestOptions = {}): Promise<string> {
    const parameters = new URLSearchParams(query.container === undefined ? {} : { container: query.container });
    parameters.set('tailLines', String(query.tailLines));
    parameters.set('limitBytes', String(query.limitBytes));
    const path = `${objectPath(pods, reference)}/log`;
    return this.#transport.send({ method: 'GET', path, query: parameters, accept: '*/*' }, options);
  }

  /** Ends all connections; what is under way fails. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  async #apply<T extends KubernetesObject>(
    resource: Resource<T>,
    object: ApplyConfiguration<T>,
    options: ApplyOptions,
    subresource: '' | '/status',
  ): Promise<T> {
    const path = `${objectPath(resource, object.metadata)}${subresource}`;
    const query = writeQuery(options);
    if (options.force === true) query.set('force', 'true');
    const contentType = 'application/apply-patch+yaml';
    return this.#object(
      resource,
      { method: 'PATCH', path, query, body: withKind(resource, object), contentType },
      options,
    );
  }

  async #object<T extends KubernetesObject>(
    resource: Resource<T>,
    request: ApiRequest,
    options: RequestOptions,
  ): Promise<T> {
    const accept = acceptOf(resource, 'object');
    return parseAnswer(resource, await this.#transport.send({ ...request, accept }, options));
  }
}

const pods: Resource = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };

const withKind = (resource: Resource, object: object): object => ({
  ...object,
  apiVersion: apiVersionOf(resource),
  kind: resource.kind,
});

const writeQuery = ({ fieldManager }: WriteOptions): URLSearchParams =>
  new URLSearchParams({ fieldManager, fieldValidation: 'Strict' });

function selectionQuery({ labelSelector, fieldSelector }: Selection): URLSearchParams {
  const query = new URLSearchParams();
  if (labelSelector !== undefined) query.set('labelSelector', labelSelector);
  if (fieldSelector !== undefined) query.set('fieldSelector', fieldSelector);
  return query;
}
