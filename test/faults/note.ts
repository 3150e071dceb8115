import type { KubernetesObject } from '../../operator/kube/object.ts';
import type { Resource } from '../../operator/kube/resource.ts';

/** The kind of the test: its operator keeps a ConfigMap with the text of each Note. */
export interface Note extends KubernetesObject {
  readonly spec: { readonly text: string };
  /** The text that its ConfigMap holds. */
  readonly status?: { readonly text?: string };
}

export interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

export const notes: Resource<Note> = {
  group: 'example.com',
  version: 'v1',
  kind: 'Note',
  plural: 'notes',
  namespaced: true,
};

export const configMaps: Resource<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};

const text = { type: 'string' } as const;

export const noteDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${notes.plural}.${notes.group}` },
  spec: {
    group: notes.group,
    scope: 'Namespaced',
    names: { kind: notes.kind, plural: notes.plural, singular: 'note', listKind: 'NoteList' },
    versions: [
      {
        name: notes.version,
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            properties: {
              spec: { type: 'object', required: ['text'], properties: { text } },
              status: { type: 'object', properties: { text } },
            },
          },
        },
      },
    ],
  },
} as const;

/** ServiceAccount of the operator, in the namespace whose Notes are its. */
export const operatorAccount = 'note-operator';

/** Every right that the operator of the test needs, and no other. */
const rights = [
  { apiGroups: ['example.com'], resources: ['notes'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['example.com'], resources: ['notes/status'], verbs: ['patch'] },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['list', 'watch', 'create', 'patch', 'delete'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
] as const;

/** What must be in a cluster before the operator starts: its namespace, its account and its rights. */
export function noteOperatorObjects(namespace: string, rules: readonly object[] = rights): readonly object[] {
  const name = operatorAccount;
  const metadata = { name, namespace };
  const rbac = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ];
}
