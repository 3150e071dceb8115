import { z } from 'zod';

/** cdk8s renders an empty map where nothing was set; it is dropped. */
const stringMap = z
  .record(z.string(), z.string())
  .optional()
  .transform((map) => (map !== undefined && Object.keys(map).length > 0 ? map : undefined));

const metadata = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  labels: stringMap,
  annotations: stringMap,
});

const manifestSchema = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata });

/** An object as it will be applied; everything but its identity is read through a schema where it is needed. */
export type Manifest = z.output<typeof manifestSchema>;

export function parseManifest(value: unknown): Manifest {
  return manifestSchema.parse(value);
}

/** `Deployment knative-lambda/knative-lambda-operator`, for messages. */
export function nameOf({ kind, metadata: { name, namespace } }: Manifest): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

export function ofKind(manifests: readonly Manifest[], kind: string, apiGroup?: string): readonly Manifest[] {
  return manifests.filter(
    (one) => one.kind === kind && (apiGroup === undefined || (one.apiVersion.split('/').at(-2) ?? '') === apiGroup),
  );
}
