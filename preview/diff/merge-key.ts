import { isFields } from './value.ts';

interface KeyField {
  readonly name: string;
  /** What the API server reads where the field is left out. */
  readonly otherwise?: string;
}

const name: readonly KeyField[] = [{ name: 'name' }];
const protocol: KeyField = { name: 'protocol', otherwise: 'TCP' };

/**
 * Fields that name an entry of a list, by the field that holds the list; the first that fits all entries is used.
 * Those of Kubernetes are the `x-kubernetes-list-map-keys` of its API; others are what their readers go by.
 */
const keysOfList: Readonly<Record<string, readonly (readonly KeyField[])[]>> = {
  containers: [name],
  initContainers: [name],
  env: [name],
  volumes: [name],
  volumeMounts: [[{ name: 'mountPath' }]],
  imagePullSecrets: [name],
  ports: [
    [{ name: 'containerPort' }, protocol],
    [{ name: 'port' }, protocol],
  ],
  hostAliases: [[{ name: 'ip' }]],
  topologySpreadConstraints: [[{ name: 'topologyKey' }, { name: 'whenUnsatisfiable' }]],
  subjects: [[{ name: 'kind' }, { name: 'namespace', otherwise: '' }, { name: 'name' }]],
  secrets: [name],
  // CustomResourceDefinition
  versions: [name],
  'x-kubernetes-validations': [[{ name: 'rule' }]],
  // PrometheusRule and the lifecycle of a bucket
  groups: [name],
  rules: [[{ name: 'alert' }], [{ name: 'record' }], [{ name: 'id' }], [{ name: 'rulePriority' }]],
  // dashboards
  panels: [[{ name: 'id' }], [{ name: 'title' }]],
  targets: [[{ name: 'refId' }]],
  list: [name],
  // documents of AWS
  Statement: [[{ name: 'Sid' }]],
  // custom resources of the platform
  subscriptions: [name],
  metrics: [name],
  webhooks: [name],
};

/** Lists of texts whose order says nothing. */
const sets: ReadonlySet<string> = new Set([
  'verbs',
  'apiGroups',
  'resources',
  'resourceNames',
  'nonResourceURLs',
  'finalizers',
  'policyTypes',
  'accessModes',
  'drop',
  'add',
  'required',
  'shortNames',
  'categories',
  'Action',
  'Resource',
]);

function keyOf(entry: unknown, fields: readonly KeyField[]): string | undefined {
  if (!isFields(entry)) return undefined;
  const parts = fields.map(({ name: one, otherwise }) => {
    const value = entry[one] ?? otherwise;
    return typeof value === 'string' || typeof value === 'number' ? `${one}=${value}` : undefined;
  });
  return parts.includes(undefined) ? undefined : parts.join(',');
}

function keyEach(
  list: readonly unknown[],
  toKey: (entry: unknown) => string | undefined,
): ReadonlyMap<string, unknown> | undefined {
  const keyed = new Map<string, unknown>();
  for (const entry of list) {
    const key = toKey(entry);
    if (key === undefined || keyed.has(key)) return undefined;
    keyed.set(key, entry);
  }
  return keyed;
}

const ofText = (entry: unknown): string | undefined => (typeof entry === 'string' ? entry : undefined);

/** Entries of both sides by their key. */
export interface KeyedLists {
  readonly base: ReadonlyMap<string, unknown>;
  readonly head: ReadonlyMap<string, unknown>;
}

/** The entries of two lists by merge key; undefined where an entry has none or two have the same. */
export function keyLists(listName: string, base: readonly unknown[], head: readonly unknown[]): KeyedLists | undefined {
  const ofFields = (Object.hasOwn(keysOfList, listName) ? (keysOfList[listName] ?? []) : []).map(
    (fields) =>
      (entry: unknown): string | undefined =>
        keyOf(entry, fields),
  );
  for (const toKey of [...(sets.has(listName) ? [ofText] : []), ...ofFields]) {
    const keyed = { base: keyEach(base, toKey), head: keyEach(head, toKey) };
    if (keyed.base !== undefined && keyed.head !== undefined) return { base: keyed.base, head: keyed.head };
  }
  return undefined;
}
