import { z } from 'zod';
import { ApiError, toApiError } from './api-error.ts';
import type { ApiResponse } from './api-transport.ts';
import type { ObjectKind } from './kubernetes-object.ts';

const resourcesSchema = z.looseObject({
  resources: z.array(z.looseObject({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});

type Resources = z.output<typeof resourcesSchema>['resources'];

export interface Resource {
  readonly name: string;
  readonly namespaced: boolean;
  /** Path of the group and version, such as `/apis/apps/v1`. */
  readonly root: string;
}

/** Finds the path of a kind. What the server said is kept; a kind it did not name is asked for once more. */
export class ApiDiscovery {
  readonly #get: (path: string) => Promise<ApiResponse>;
  readonly #known = new Map<string, Promise<Resources>>();

  constructor(get: (path: string) => Promise<ApiResponse>) {
    this.#get = get;
  }

  async resourceOf(object: ObjectKind): Promise<Resource> {
    const root = object.apiVersion.includes('/') ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
    const isKind = (resource: Resources[number]): boolean =>
      resource.kind === object.kind && !resource.name.includes('/');
    const known = (await this.#resources(root)).find(isKind) ?? (await this.#refreshed(root)).find(isKind);
    if (known) return { name: known.name, namespaced: known.namespaced, root };
    const message = `the server serves no kind ${object.kind} in ${object.apiVersion}`;
    throw new ApiError(404, 'NotFound', message);
  }

  #resources(root: string): Promise<Resources> {
    const known = this.#known.get(root);
    if (known !== undefined) return known;
    const asked = this.#ask(root);
    this.#known.set(root, asked);
    return asked;
  }

  #refreshed(root: string): Promise<Resources> {
    this.#known.delete(root);
    return this.#resources(root);
  }

  async #ask(root: string): Promise<Resources> {
    const response = await this.#get(root);
    if (response.status === 404) return [];
    if (response.status !== 200) throw toApiError(response.status, response.body);
    return resourcesSchema.parse(response.body).resources;
  }
}

export function resourcePath(resource: Resource, place: { namespace?: string | undefined; name?: string }): string {
  const namespace = resource.namespaced && place.namespace !== undefined ? `/namespaces/${place.namespace}` : '';
  return `${resource.root}${namespace}/${resource.name}${place.name === undefined ? '' : `/${place.name}`}`;
}
