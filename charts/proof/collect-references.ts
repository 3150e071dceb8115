import { z } from 'zod';
import { type Manifest, nameOf, ofKind } from './manifest.ts';
import type { Output } from './output.ts';
import type { Container, PodTemplate } from './pod-template.ts';
import { namespaced, type Reference } from './reference.ts';

/** Everything that the objects of an output name in other objects. */
export function collectReferences({ manifests, templates }: Output): readonly Reference[] {
  return [
    ...manifests.flatMap(namespaceReference),
    ...templates.flatMap(podReferences),
    ...ofKind(manifests, 'RoleBinding').flatMap(bindingReferences),
    ...ofKind(manifests, 'ClusterRoleBinding').flatMap(bindingReferences),
    ...ofKind(manifests, 'Ingress').flatMap(ingressReferences),
    ...ofKind(manifests, 'HorizontalPodAutoscaler').flatMap(autoscalerReferences),
    ...ofKind(manifests, 'SecretStore').flatMap(storeReferences),
    ...ofKind(manifests, 'ECRAuthorizationToken').flatMap(tokenReferences),
    ...ofKind(manifests, 'ExternalSecret').flatMap(externalSecretReferences),
    ...ofKind(manifests, 'LambdaFunction').flatMap(sourceReferences),
    ...ofKind(manifests, 'GitRepository').flatMap(repositoryReferences),
    ...ofKind(manifests, 'Kustomization').flatMap(deliveryReferences),
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
      ...(secret === undefined ? [] : [to('Secret', secret.secretName)]),
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

const auth = z.looseObject({ jwt: z.looseObject({ serviceAccountRef: z.looseObject({ name: z.string() }) }) });
const store = z.looseObject({ spec: z.looseObject({ provider: z.looseObject({ aws: z.looseObject({ auth }) }) }) });
const token = z.looseObject({ spec: z.looseObject({ auth }) });

function accountReference(manifest: Manifest, { jwt }: z.output<typeof auth>): readonly Reference[] {
  const name = namespaced(manifest.metadata.namespace, jwt.serviceAccountRef.name);
  return [{ from: nameOf(manifest), kind: 'ServiceAccount', name }];
}

function storeReferences(manifest: Manifest): readonly Reference[] {
  return accountReference(manifest, store.parse(manifest).spec.provider.aws.auth);
}

function tokenReferences(manifest: Manifest): readonly Reference[] {
  return accountReference(manifest, token.parse(manifest).spec.auth);
}

const gitRepository = z.looseObject({
  spec: z.looseObject({ secretRef: z.looseObject({ name: z.string() }).optional() }),
});

function repositoryReferences(manifest: Manifest): readonly Reference[] {
  const { secretRef } = gitRepository.parse(manifest).spec;
  const { namespace } = manifest.metadata;
  return secretRef === undefined
    ? []
    : [{ from: nameOf(manifest), kind: 'Secret', name: namespaced(namespace, secretRef.name) }];
}

const kustomization = z.looseObject({
  spec: z.looseObject({
    sourceRef: z.looseObject({ kind: z.string(), name: z.string() }),
    dependsOn: z.array(z.looseObject({ name: z.string() })).default([]),
  }),
});

function deliveryReferences(manifest: Manifest): readonly Reference[] {
  const { sourceRef, dependsOn } = kustomization.parse(manifest).spec;
  const { namespace } = manifest.metadata;
  return [sourceRef, ...dependsOn.map(({ name }) => ({ kind: 'Kustomization', name }))].map(({ kind, name }) => ({
    from: nameOf(manifest),
    kind,
    name: namespaced(namespace, name),
  }));
}

const lambdaFunction = z.looseObject({
  spec: z.looseObject({
    source: z.record(
      z.string(),
      z.union([z.looseObject({ secretRef: z.looseObject({ name: z.string() }).optional() }), z.string()]),
    ),
  }),
});

function sourceReferences(manifest: Manifest): readonly Reference[] {
  return Object.values(lambdaFunction.parse(manifest).spec.source).flatMap((source) =>
    typeof source === 'string' || source.secretRef === undefined
      ? []
      : [
          {
            from: nameOf(manifest),
            kind: 'Secret',
            name: namespaced(manifest.metadata.namespace, source.secretRef.name),
          },
        ],
  );
}

const externalSecret = z.looseObject({
  spec: z.looseObject({
    secretStoreRef: z.looseObject({ kind: z.string(), name: z.string() }).optional(),
    dataFrom: z
      .array(
        z.looseObject({
          sourceRef: z.looseObject({ generatorRef: z.looseObject({ kind: z.string(), name: z.string() }) }),
        }),
      )
      .default([]),
  }),
});

function externalSecretReferences(manifest: Manifest): readonly Reference[] {
  const { secretStoreRef, dataFrom } = externalSecret.parse(manifest).spec;
  const named = [
    ...(secretStoreRef === undefined ? [] : [secretStoreRef]),
    ...dataFrom.map((one) => one.sourceRef.generatorRef),
  ];
  return named.map(({ kind, name }) => ({
    from: nameOf(manifest),
    kind,
    name: namespaced(manifest.metadata.namespace, name),
  }));
}
