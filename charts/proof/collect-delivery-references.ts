import { z } from 'zod';
import { type Manifest, nameOf, ofKind } from './manifest.ts';
import { namespaced, type Reference } from './reference.ts';

const named = z.looseObject({ name: z.string() });
const target = z.looseObject({ kind: z.string(), name: z.string(), namespace: z.string().optional() });

/** Every field by which an object of Flux names another one, whichever kind has it. */
const flux = z.looseObject({
  spec: z.looseObject({
    secretRef: named.optional(),
    sourceRef: target.optional(),
    decryption: z.looseObject({ secretRef: named.optional() }).optional(),
    dependsOn: z.array(named).default([]),
    providerRef: named.optional(),
    imageRepositoryRef: named.optional(),
    eventSources: z.array(target).default([]),
    resources: z.array(target).default([]),
  }),
});

const kinds = [
  'GitRepository',
  'OCIRepository',
  'Kustomization',
  'Receiver',
  'Provider',
  'Alert',
  'ImageRepository',
  'ImagePolicy',
  'ImageUpdateAutomation',
];

type Named = z.output<typeof target>;

const to = (kind: string, one: z.output<typeof named> | undefined): readonly Named[] =>
  one === undefined ? [] : [{ kind, name: one.name }];

/** What the objects of Flux name in other objects. */
export function collectDeliveryReferences(manifests: readonly Manifest[]): readonly Reference[] {
  return kinds.flatMap((kind) => ofKind(manifests, kind).flatMap(referencesOf));
}

function referencesOf(manifest: Manifest): readonly Reference[] {
  const { spec } = flux.parse(manifest);
  const targets = [
    ...to('Secret', spec.secretRef),
    ...to('Secret', spec.decryption?.secretRef),
    ...to('Provider', spec.providerRef),
    ...to('ImageRepository', spec.imageRepositoryRef),
    ...(spec.sourceRef === undefined ? [] : [spec.sourceRef]),
    ...spec.dependsOn.flatMap((one) => to('Kustomization', one)),
    ...spec.eventSources,
    ...spec.resources,
  ];
  return targets.map(({ kind, name, namespace }) => ({
    from: nameOf(manifest),
    kind,
    name: namespaced(namespace ?? manifest.metadata.namespace, name),
  }));
}
