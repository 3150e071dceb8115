import { Agent } from 'undici';
import { z } from 'zod';
import { ApiDiscovery, resourcePath } from './api-discovery.ts';
import { toApiError } from './api-error.ts';
import { sendRequest, type ApiRequest, type ApiResponse, type Transport } from './api-transport.ts';
import {
  parseList,
  parseObject,
  type KubernetesObject,
  type ObjectKind,
  type ObjectReference,
} from './kubernetes-object.ts';

export interface ApplyOptions {
  readonly fieldManager: string;
  /** Default false. */
  readonly dryRun?: boolean;
  /** Takes fields over from other managers, default false. */
  readonly force?: boolean;
}

export interface ListOptions extends ObjectKind {
  /** Default every namespace. */
  readonly namespace?: string;
  readonly labelSelector?: string;
}

export interface RemoveOptions {
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

export interface AccessQuestion {
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

const accessReviewSchema = z.looseObject({ status: z.looseObject({ allowed: z.boolean() }) });

/** One user's view of one API server. */
export class ApiClient {
  readonly #transport: Transport;
  readonly #discovery: ApiDiscovery;

  private constructor(transport: Transport, discovery?: ApiDiscovery) {
    this.#transport = transport;
    this.#discovery = discovery ?? new ApiDiscovery((path) => this.request('GET', path));
  }

  static connect(server: { readonly url: string; readonly caPem: string; readonly token: string }): ApiClient {
    const dispatcher = new Agent({ connect: { ca: server.caPem }, connections: 32 });
    return new ApiClient({ url: server.url, dispatcher, headers: bearer(server.token) });
  }

  /** The same server and connections with another bearer token. */
  withToken(token: string): ApiClient {
    return new ApiClient({ ...this.#transport, headers: bearer(token) }, this.#discovery);
  }

  /** This user acting as another one, who is in the named groups and in no other. */
  impersonating(user: string, groups: readonly string[] = []): ApiClient {
    const headers = { ...this.#transport.headers, 'impersonate-user': user, 'impersonate-group': [...groups] };
    return new ApiClient({ ...this.#transport, headers }, this.#discovery);
  }

  /** Closes the connections, also those of the clients made from this one. */
  close(): Promise<void> {
    return this.#transport.dispatcher.destroy();
  }

  /** Answers whatever came back, also a refusal. An object as body is sent as JSON. */
  request(
    method: ApiRequest['method'],
    path: string,
    body?: object | string,
    contentType?: string,
  ): Promise<ApiResponse> {
    return sendRequest(this.#transport, { method, path, body, contentType });
  }

  /** Body of a successful answer; fails with an {@link ApiError} on any other. */
  async post(path: string, body: object): Promise<unknown> {
    return (await this.#succeed({ method: 'POST', path, body })).body;
  }

  /** Server-side apply that refuses unknown and duplicate fields. */
  async apply(object: object, options: ApplyOptions): Promise<ApiResponse<KubernetesObject>> {
    const query = new URLSearchParams({ fieldManager: options.fieldManager, fieldValidation: 'Strict' });
    if (options.dryRun) query.set('dryRun', 'All');
    if (options.force) query.set('force', 'true');
    const { metadata, ...kind } = parseObject(object);
    const path = await this.#pathOf({ ...kind, name: metadata.name, namespace: metadata.namespace });
    const contentType = 'application/apply-patch+yaml';
    return this.#object({ method: 'PATCH', path: `${path}?${query.toString()}`, body: object, contentType });
  }

  async create(object: object): Promise<ApiResponse<KubernetesObject>> {
    const { metadata, ...kind } = parseObject(object);
    const resource = await this.#discovery.resourceOf(kind);
    const path = resourcePath(resource, { namespace: metadata.namespace ?? 'default' });
    return this.#object({ method: 'POST', path: `${path}?fieldValidation=Strict`, body: object });
  }

  async get(reference: ObjectReference): Promise<KubernetesObject> {
    return (await this.#object({ method: 'GET', path: await this.#pathOf(reference) })).body;
  }

  async list(options: ListOptions): Promise<readonly KubernetesObject[]> {
    const resource = await this.#discovery.resourceOf(options);
    const query = new URLSearchParams(options.labelSelector ? { labelSelector: options.labelSelector } : {});
    const path = resourcePath(resource, { namespace: options.namespace });
    return parseList((await this.#succeed({ method: 'GET', path: `${path}?${query.toString()}` })).body, options);
  }

  async remove(reference: ObjectReference, options: RemoveOptions = {}): Promise<void> {
    const { propagationPolicy = 'Background' } = options;
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy };
    await this.#succeed({ method: 'DELETE', path: await this.#pathOf(reference), body });
  }

  /** Whether the authorizer would let a user do something (SubjectAccessReview). */
  async accessReview(question: AccessQuestion): Promise<boolean> {
    const { user, groups, ...resourceAttributes } = question;
    const review = await this.create({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: {},
      spec: { user, groups, resourceAttributes },
    });
    return accessReviewSchema.parse(review.body).status.allowed;
  }

  async #pathOf(reference: ObjectReference): Promise<string> {
    const resource = await this.#discovery.resourceOf(reference);
    return resourcePath(resource, { namespace: reference.namespace ?? 'default', name: reference.name });
  }

  async #object(sent: ApiRequest): Promise<ApiResponse<KubernetesObject>> {
    const response = await this.#succeed(sent);
    return { ...response, body: parseObject(response.body) };
  }

  async #succeed(sent: ApiRequest): Promise<ApiResponse> {
    const response = await sendRequest(this.#transport, sent);
    if (response.status >= 300) throw toApiError(response.status, response.body);
    return response;
  }
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
