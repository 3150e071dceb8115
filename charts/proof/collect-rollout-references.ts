import { z } from 'zod';
import { type Manifest, nameOf, ofKind } from './manifest.ts';
import { namespaced, type Reference } from './reference.ts';

const named = z.looseObject({ name: z.string() });
const kindred = z.looseObject({ kind: z.string(), name: z.string() });

type Target = z.output<typeof kindred>;

const canary = z.looseObject({
  spec: z.looseObject({
    targetRef: kindred,
    autoscalerRef: kindred.optional(),
    service: z.looseObject({ gatewayRefs: z.array(kindred).default([]) }).optional(),
    analysis: z.looseObject({
      metrics: z.array(z.looseObject({ templateRef: named.optional() })).default([]),
      alerts: z.array(z.looseObject({ providerRef: named })).default([]),
    }),
  }),
});

function canaryTargets(manifest: Manifest): readonly Target[] {
  const { targetRef, autoscalerRef, service, analysis } = canary.parse(manifest).spec;
  return [
    targetRef,
    ...(autoscalerRef === undefined ? [] : [autoscalerRef]),
    ...(service?.gatewayRefs ?? []),
    ...analysis.metrics.flatMap(({ templateRef }) =>
      templateRef === undefined ? [] : [{ kind: 'MetricTemplate', name: templateRef.name }],
    ),
    ...analysis.alerts.map(({ providerRef }) => ({ kind: 'AlertProvider', name: providerRef.name })),
  ];
}

const metricTemplate = z.looseObject({
  spec: z.looseObject({ provider: z.looseObject({ secretRef: named.optional() }) }),
});
const alertProvider = z.looseObject({ spec: z.looseObject({ secretRef: named.optional() }) });

const toSecret = (secretRef: { readonly name: string } | undefined): readonly Target[] =>
  secretRef === undefined ? [] : [{ kind: 'Secret', name: secretRef.name }];

const route = z.looseObject({
  spec: z.looseObject({
    parentRefs: z.array(kindred),
    rules: z.array(z.looseObject({ backendRefs: z.array(named).default([]) })),
  }),
});

function routeTargets(manifest: Manifest): readonly Target[] {
  const { parentRefs, rules } = route.parse(manifest).spec;
  return [
    ...parentRefs,
    ...rules.flatMap(({ backendRefs }) => backendRefs.map(({ name }) => ({ kind: 'Service', name }))),
  ];
}

const targetsOf: Readonly<Record<string, (manifest: Manifest) => readonly Target[]>> = {
  Canary: canaryTargets,
  MetricTemplate: (manifest) => toSecret(metricTemplate.parse(manifest).spec.provider.secretRef),
  AlertProvider: (manifest) => toSecret(alertProvider.parse(manifest).spec.secretRef),
  HTTPRoute: routeTargets,
};

/** What the objects of Flagger and the routes of the Gateway API name in other objects of their namespace. */
export function collectRolloutReferences(manifests: readonly Manifest[]): readonly Reference[] {
  return Object.entries(targetsOf).flatMap(([kind, read]) =>
    ofKind(manifests, kind).flatMap((manifest) =>
      read(manifest).map((target) => ({
        from: nameOf(manifest),
        kind: target.kind,
        name: namespaced(manifest.metadata.namespace, target.name),
      })),
    ),
  );
}
