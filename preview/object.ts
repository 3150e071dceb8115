import { type Fields, fieldsOf, textOf } from './diff/value.ts';

/** What names an object in one scope; for a resource of AWS the kind is its type. */
export interface ObjectId {
  readonly engine: 'cluster' | 'cloud';
  readonly apiGroup: string;
  readonly kind: string;
  /** Empty for what is in no namespace. */
  readonly namespace: string;
  readonly name: string;
}

export interface PreviewObject {
  readonly id: ObjectId;
  /** Where it is, below the folder of its scope. */
  readonly file: string;
  readonly value: Fields;
}

/** Objects by key. */
export type Objects = ReadonlyMap<string, PreviewObject>;

/** The version is left out: an object of another version is the same one. */
export function keyOf({ engine, apiGroup, kind, namespace, name }: ObjectId): string {
  return [engine, apiGroup, kind, namespace, name].join('/');
}

/** `Deployment knative-lambda/knative-lambda-operator`, for messages. */
export function showObject({ kind, namespace, name }: ObjectId): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`.trim();
}

/** The name of its file is that of an object without one of its own, as a kustomization. */
export function clusterObject(value: Fields, file: string): PreviewObject {
  const apiVersion = textOf(value, 'apiVersion');
  return {
    id: {
      engine: 'cluster',
      apiGroup: apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '',
      kind: textOf(value, 'kind'),
      namespace: textOf(value, 'metadata', 'namespace'),
      name: textOf(value, 'metadata', 'name') || (file.split('/').at(-1) ?? file),
    },
    file,
    value,
  };
}

export function cloudObject(value: Fields): PreviewObject {
  return {
    id: { engine: 'cloud', apiGroup: 'aws', kind: textOf(value, 'type'), namespace: '', name: textOf(value, 'name') },
    file: 'cloud.json',
    value: fieldsOf(value, 'properties'),
  };
}

/** Objects of a kind; `apiGroup` empty for the core group. */
export function ofKind(objects: Objects, kind: string, apiGroup?: string): readonly PreviewObject[] {
  return [...objects.values()].filter(
    ({ id }) => id.kind === kind && (apiGroup === undefined || id.apiGroup === apiGroup),
  );
}
