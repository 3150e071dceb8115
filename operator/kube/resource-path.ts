import type { Resource } from './resource.ts';

export interface ObjectPlace {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

export const apiVersionOf = ({ group, version }: Resource): string => (group === '' ? version : `${group}/${version}`);

/** As kubectl names it: `jobs.batch`, `pods`. */
export const nameOf = ({ group, plural }: Resource): string => (group === '' ? plural : `${plural}.${group}`);

/** The same kind of which only metadata is asked for, whatever the rest holds: Secrets stay where they are. */
export function metadataOnly(resource: Resource): Resource {
  const { group, version, kind, plural, namespaced } = resource;
  return { group, version, kind, plural, namespaced, metadataOnly: true };
}

/** Path of a kind, of its part in a namespace, or of one object. */
export function resourcePath(resource: Resource, { namespace, name }: ObjectPlace): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${apiVersionOf(resource)}`;
  const place = resource.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${place}/${resource.plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

/** Path of one object. Fails without the namespace that its kind needs: it would be another path that exists. */
export function objectPath(
  resource: Resource,
  place: { readonly namespace?: string | undefined; readonly name: string },
): string {
  if (resource.namespaced && place.namespace === undefined) {
    throw new Error(`${nameOf(resource)} ${place.name}: got no namespace, needed one`);
  }
  return resourcePath(resource, place);
}

const mediaType = 'application/json';

/** The form in which objects of the kind are asked for. */
export function acceptOf(resource: Resource, form: 'object' | 'list'): string {
  if (resource.metadataOnly !== true) return mediaType;
  return `${mediaType};as=PartialObjectMetadata${form === 'list' ? 'List' : ''};g=meta.k8s.io;v=v1`;
}
