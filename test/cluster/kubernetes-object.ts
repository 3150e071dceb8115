import { z } from 'zod';

const kubernetesObjectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string().default(''),
    generateName: z.string().optional(),
    namespace: z.string().optional(),
    uid: z.string().optional(),
    resourceVersion: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
});

/** Any object of the API; the members of its kind are unknown here. */
export type KubernetesObject = z.output<typeof kubernetesObjectSchema>;

export interface ObjectKind {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface ObjectReference extends ObjectKind {
  /** Default: `default` for a namespaced kind. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

export const parseObject = (value: unknown): KubernetesObject => kubernetesObjectSchema.parse(value);

const listSchema = z.looseObject({ items: z.array(z.looseObject({})).nullable() });

/** Items of a list; the API leaves out their kind, which is put back. */
export function parseList(value: unknown, kind: ObjectKind): readonly KubernetesObject[] {
  const items = listSchema.parse(value).items ?? [];
  return items.map((item) => parseObject({ ...item, apiVersion: kind.apiVersion, kind: kind.kind }));
}
