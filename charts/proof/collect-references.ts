import { z } from 'zod';
import { collectBrokerReferences } from './collect-broker-references.ts';
import { collectForeignReferences } from './collect-foreign-references.ts';
import { type Manifest, nameOf, ofKind } from './manifest.ts';
import type { Output } from './output.ts';
import type { Container, PodTemplate } from './pod-template.ts';
import { namespaced, type Reference } from './reference.ts';

/** Everything that the objects of an output name in other objects. */
export function collectReferences({ manifests, templates }: Output): readonly Reference[] {
  return [
    ...manifests.flatMap(namespaceReference),
    ...templates.flatMap(podReferences),
    ...ofKind(manifests, 'ServiceAccount').flatMap(accountReferences),
    ...ofKind(manifests, 'RoleBinding').flatMap(bindingReferences),
    ...ofKind(manifests, 'ClusterRoleBinding').flatMap(bindingReferences),
    ...ofKind(manifests, 'Ingress').flatMap(ingressReferences),
    ...ofKind(manifests, 'HorizontalPodAutoscaler').flatMap(autoscalerReferences),
    ...collectForeignReferences(manifests),
    ...collectBrokerReferences(manifests),
  ];
}

function namespaceReference(manifest: Manifest): readonly Reference[] {
  const { namespace } = manifest.metadata;
  return namespace === undefined ? [] : [{ from: nameOf(manifest), kind: 'Namespace', name: namespace }];
}

function podReferences({ source, namespace, spec }: PodTemplate): readonly Reference[] {
  const to = (kind: string, name: string): Reference => ({ from: source, kind, name: namespaced(namespace, name) });
  return [
    to('ServiceAccount', spec.serviceAccountName),
    ...spec.imagePullSecrets.map(({ name }) => to('Secret', name)),
    ...spec.volumes.flatMap(({ configMap, secret, persistentVolumeClaim }) => [
      ...(configMap === undefined ? [] : [to('ConfigMap', configMap.name)]),
      ...(secret === undefined || secret.optional === true ? [] : [to('Secret', secret.secretName)]),
      ...(persistentVolumeClaim === undefined ? [] : [to('PersistentVolumeClaim', persistentVolumeClaim.claimName)]),
    ]),
    ...[...spec.initContainers, ...spec.containers].flatMap((container) =>
      containerReferences(container).map(([kind, name]) => to(kind, name)),
    ),
  ];
}

function containerReferences({ env, envFrom }: Container): readonly (readonly [string, string])[] {
  const named = [
    ...env.map(({ valueFrom }) => ({ configMap: valueFrom?.configMapKeyRef, secret: valueFrom?.secretKeyRef })),
    ...envFrom.map(({ configMapRef, secretRef }) => ({ configMap: configMapRef, secret: secretRef })),
  ];
  return named.flatMap(({ configMap, secret }) => [
    ...(configMap === undefined || configMap.optional === true ? [] : [['ConfigMap', configMap.name] as const]),
    ...(secret === undefined || secret.optional === true ? [] : [['Secret', secret.name] as const]),
  ]);
}

const account = z.looseObject({ imagePullSecrets: z.array(z.looseObject({ name: z.string() })).default([]) });

function accountReferences(manifest: Manifest): readonly Reference[] {
  return account.parse(manifest).imagePullSecrets.map(({ name }) => ({
    from: nameOf(manifest),
    kind: 'Secret',
    name: namespaced(manifest.metadata.namespace, name),
  }));
}

const binding = z.looseObject({
  roleRef: z.looseObject({ kind: z.string(), name: z.string() }),
  subjects: z.array(z.looseObject({ kind: z.string(), name: z.string(), namespace: z.string().optional() })),
});

function bindingReferences(manifest: Manifest): readonly Reference[] {
  const { roleRef, subjects } = binding.parse(manifest);
  const from = nameOf(manifest);
  const role =
    roleRef.kind === 'Role'
      ? { from, kind: 'Role', name: namespaced(manifest.metadata.namespace, roleRef.name) }
      : { from, kind: roleRef.kind, name: roleRef.name };
  return [
    role,
    ...subjects
      .filter(({ kind }) => kind === 'ServiceAccount')
      .map(({ kind, name, namespace }) => ({ from, kind, name: namespaced(namespace, name) })),
  ];
}

const ingress = z.looseObject({
  spec: z.looseObject({
    tls: z.array(z.looseObject({ secretName: z.string().optional() })).default([]),
    rules: z.array(
      z.looseObject({
        http: z.looseObject({
          paths: z.array(z.looseObject({ backend: z.looseObject({ service: z.looseObject({ name: z.string() }) }) })),
        }),
      }),
    ),
  }),
});

function ingressReferences(manifest: Manifest): readonly Reference[] {
  const { tls, rules } = ingress.parse(manifest).spec;
  const { namespace } = manifest.metadata;
  const from = nameOf(manifest);
  return [
    ...tls.flatMap(({ secretName }) =>
      secretName === undefined ? [] : [{ from, kind: 'Secret', name: namespaced(namespace, secretName) }],
    ),
    ...rules.flatMap(({ http }) =>
      http.paths.map(({ backend }) => ({ from, kind: 'Service', name: namespaced(namespace, backend.service.name) })),
    ),
  ];
}

const autoscaler = z.looseObject({
  spec: z.looseObject({ scaleTargetRef: z.looseObject({ kind: z.string(), name: z.string() }) }),
});

function autoscalerReferences(manifest: Manifest): readonly Reference[] {
  const { kind, name } = autoscaler.parse(manifest).spec.scaleTargetRef;
  return [{ from: nameOf(manifest), kind, name: namespaced(manifest.metadata.namespace, name) }];
}
