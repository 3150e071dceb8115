import { z } from 'zod';
import { collectDeliveryReferences } from './collect-delivery-references.ts';
import { collectRolloutReferences } from './collect-rollout-references.ts';
import { type Manifest, nameOf, ofKind } from './manifest.ts';
import { namespaced, type Reference } from './reference.ts';

/** What objects of other systems, and our own custom resources, name in other objects. */
export function collectForeignReferences(manifests: readonly Manifest[]): readonly Reference[] {
  return [
    ...ofKind(manifests, 'SecretStore').flatMap(storeReferences),
    ...ofKind(manifests, 'ECRAuthorizationToken').flatMap(tokenReferences),
    ...ofKind(manifests, 'ExternalSecret').flatMap(externalSecretReferences),
    ...ofKind(manifests, 'LambdaFunction').flatMap(sourceReferences),
    ...ofKind(manifests, 'AlertmanagerConfig').flatMap(receiverReferences),
    ...ofKind(manifests, 'Certificate', 'cert-manager.io').flatMap(certificateReferences),
    ...ofKind(manifests, 'TestRun').flatMap(testRunReferences),
    ...ofKind(manifests, 'ContainerSource').flatMap(sinkReferences),
    ...collectDeliveryReferences(manifests),
    ...collectRolloutReferences(manifests),
  ];
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

const certificate = z.looseObject({
  spec: z.looseObject({ issuerRef: z.looseObject({ kind: z.string(), name: z.string() }) }),
});

function certificateReferences(manifest: Manifest): readonly Reference[] {
  const { kind, name } = certificate.parse(manifest).spec.issuerRef;
  const isNamespaced = kind === 'Issuer';
  return [{ from: nameOf(manifest), kind, name: isNamespaced ? namespaced(manifest.metadata.namespace, name) : name }];
}

const secretKey = z.looseObject({ name: z.string() });
const withCredentials = z
  .looseObject({ httpConfig: z.looseObject({ authorization: z.looseObject({ credentials: secretKey }) }) })
  .transform(({ httpConfig }) => ({ urlSecret: httpConfig.authorization.credentials }));
const alertmanagerConfig = z.looseObject({
  spec: z.looseObject({
    receivers: z.array(
      z.looseObject({
        pagerdutyConfigs: z.array(z.looseObject({ routingKey: secretKey })).default([]),
        slackConfigs: z.array(z.looseObject({ apiURL: secretKey })).default([]),
        webhookConfigs: z.array(z.union([z.looseObject({ urlSecret: secretKey }), withCredentials])).default([]),
      }),
    ),
  }),
});

function receiverReferences(manifest: Manifest): readonly Reference[] {
  const { receivers } = alertmanagerConfig.parse(manifest).spec;
  return receivers
    .flatMap(({ pagerdutyConfigs, slackConfigs, webhookConfigs }) => [
      ...pagerdutyConfigs.map(({ routingKey }) => routingKey),
      ...slackConfigs.map(({ apiURL }) => apiURL),
      ...webhookConfigs.map(({ urlSecret }) => urlSecret),
    ])
    .map(({ name }) => ({
      from: nameOf(manifest),
      kind: 'Secret',
      name: namespaced(manifest.metadata.namespace, name),
    }));
}

const testPod = z.looseObject({ serviceAccountName: z.string() });
const testRun = z.looseObject({
  spec: z.looseObject({
    script: z.looseObject({ configMap: z.looseObject({ name: z.string() }) }),
    initializer: testPod,
    starter: testPod,
    runner: testPod,
  }),
});

function testRunReferences(manifest: Manifest): readonly Reference[] {
  const { script, initializer, starter, runner } = testRun.parse(manifest).spec;
  const to = (kind: string, name: string): Reference => ({
    from: nameOf(manifest),
    kind,
    name: namespaced(manifest.metadata.namespace, name),
  });
  return [
    to('ConfigMap', script.configMap.name),
    ...[initializer, starter, runner].map(({ serviceAccountName }) => to('ServiceAccount', serviceAccountName)),
  ];
}

const containerSource = z.looseObject({
  spec: z.looseObject({
    sink: z.looseObject({ ref: z.looseObject({ kind: z.string(), name: z.string(), namespace: z.string() }) }),
  }),
});

function sinkReferences(manifest: Manifest): readonly Reference[] {
  const { kind, name, namespace } = containerSource.parse(manifest).spec.sink.ref;
  return [{ from: nameOf(manifest), kind, name: namespaced(namespace, name) }];
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
