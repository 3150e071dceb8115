import { ApiObject, type Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { z } from 'zod';
import { ConfigurationError, type Environment } from '../stacks/index.ts';
import { needsPullSecret, roleArn } from './constructs/hardened-pod.ts';
import { registryHost } from './constructs/image.ts';
import { EcrAuthorizationToken, ExternalSecret, generatorApiVersion, SecretStore } from './imports/external-secret.ts';
import type { Part, PartContext } from './part.ts';
import { requiredSecrets, type RequiredSecret, secretLabels } from './required-secrets.ts';
import { allNamespaces, names } from './workloads.ts';

const reader = 'knative-lambda-secrets';
const store = 'knative-lambda';

/** Secrets by reference only: encrypted in Git, or read from AWS Secrets Manager; no value is ever in a manifest. */
export const secretsPart: Part = {
  name: 'secrets',
  build(chart, context) {
    const { environment } = context;
    switch (environment.secrets.backend) {
      case 'sealed':
        requiredSecrets(environment).forEach((secret) => addSealed(chart, context, secret));
        return;
      case 'external':
        addExternal(chart, environment, environment.secrets.prefix);
        return;
    }
  },
};

const sealedSecret = z.looseObject({
  apiVersion: z.literal('bitnami.com/v1alpha1'),
  kind: z.literal('SealedSecret'),
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
  spec: z.looseObject({ encryptedData: z.record(z.string(), z.string()) }),
});

function addSealed(chart: Chart, context: PartContext, { name, namespace, keys }: RequiredSecret): void {
  const value = context.sealedSecrets.get(`${namespace}/${name}`);
  if (value === undefined) {
    context.reportMissingSecret(name, namespace);
    return;
  }
  const path = `stacks/sealed/${context.environment.name}/${name}.yaml`;
  const parsed = sealedSecret.safeParse(value);
  if (!parsed.success) {
    throw new ConfigurationError([`${path}: got no SealedSecret; write it with make seal`]);
  }
  const missing = keys.filter((key) => parsed.data.spec.encryptedData[key] === undefined);
  if (missing.length > 0) {
    throw new ConfigurationError([
      `${path}: lacks the keys ${missing.join(', ')}; seal the Secret again with all of them`,
    ]);
  }
  const { metadata, spec } = parsed.data;
  new ApiObject(chart, `sealed-${namespace}-${name}`, {
    apiVersion: parsed.data.apiVersion,
    kind: parsed.data.kind,
    metadata: { name: metadata.name, namespace: metadata.namespace },
    spec,
  });
}

const auth = { jwt: { serviceAccountRef: { name: reader } } } as const;

function addExternal(chart: Chart, environment: Environment, prefix: string): void {
  const { cloud } = environment;
  if (cloud === undefined) {
    return;
  }
  const secrets = requiredSecrets(environment);
  const pull = needsPullSecret(environment);
  const namespaces = pull ? allNamespaces(environment) : [...new Set(secrets.map(({ namespace }) => namespace))];
  for (const namespace of namespaces) {
    new k8s.KubeServiceAccount(chart, `reader-${namespace}`, {
      metadata: {
        name: reader,
        namespace,
        annotations: { 'eks.amazonaws.com/role-arn': roleArn(cloud.account, cloud.roles.secrets) },
      },
      automountServiceAccountToken: false,
    });
    new SecretStore(chart, `store-${namespace}`, {
      metadata: { name: store, namespace },
      spec: { provider: { aws: { service: 'SecretsManager', region: cloud.region, auth } } },
    });
    if (pull) {
      addPullSecret(chart, environment, namespace, cloud.region);
    }
  }
  secrets.forEach((secret) => addExternalSecret(chart, secret, prefix));
}

function addExternalSecret(chart: Chart, secret: RequiredSecret, prefix: string): void {
  const { name, namespace, keys } = secret;
  const template = { engineVersion: 'v2', metadata: { labels: secretLabels(secret) } } as const;
  new ExternalSecret(chart, `external-${namespace}-${name}`, {
    metadata: { name, namespace },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { name: store, kind: 'SecretStore' },
      target: { name, creationPolicy: 'Owner', ...(secret.usableByFunctions ? { template } : {}) },
      data: keys.map((key) => ({ secretKey: key, remoteRef: { key: `${prefix}/${name}`, property: key } })),
    },
  });
}

/** A login lasts twelve hours and is renewed after six, so that one failed renewal costs nothing. */
function addPullSecret(chart: Chart, environment: Environment, namespace: string, region: string): void {
  const metadata = { name: names.pullSecret, namespace };
  new EcrAuthorizationToken(chart, `token-${namespace}`, { metadata, spec: { region, auth } });
  const login = `{"auths":{"${registryHost(environment)}":{"username":"{{ .username }}","password":"{{ .password }}"}}}`;
  new ExternalSecret(chart, `pull-${namespace}`, {
    metadata,
    spec: {
      refreshInterval: '6h',
      target: {
        name: names.pullSecret,
        creationPolicy: 'Owner',
        template: {
          engineVersion: 'v2',
          type: 'kubernetes.io/dockerconfigjson',
          data: { '.dockerconfigjson': login },
        },
      },
      dataFrom: [
        {
          sourceRef: {
            generatorRef: { apiVersion: generatorApiVersion, kind: 'ECRAuthorizationToken', name: names.pullSecret },
          },
        },
      ],
    },
  });
}
