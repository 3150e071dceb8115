import { ApiObject, type Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { ConfigurationError, type Environment } from '../stacks/index.ts';
import { needsPullSecret, roleArn } from './constructs/hardened-pod.ts';
import { registryHost } from './constructs/image.ts';
import {
  EcrAuthorizationToken,
  ExternalSecret,
  generatorApiVersion,
  Password,
  SecretStore,
} from './imports/external-secret.ts';
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
        return addSealedSecrets(chart, context);
      case 'external':
        return addExternal(chart, environment, environment.secrets.prefix);
    }
  },
};

function addSealedSecrets(chart: Chart, context: PartContext): void {
  const required = requiredSecrets(context.environment);
  const known = new Set(required.map(({ namespace, name }) => `${namespace}/${name}`));
  const strange = [...context.sealedSecrets].filter(([name]) => !known.has(name));
  if (strange.length > 0) {
    throw new ConfigurationError(
      strange.map(
        ([name, { file }]) =>
          `${file}: got Secret ${name}, allowed ${[...known].join(', ') || 'none'} in ${context.environment.name}; remove the file`,
      ),
    );
  }
  required.forEach((secret) => addSealedSecret(chart, context, secret));
}

function addSealedSecret(chart: Chart, context: PartContext, secret: RequiredSecret): void {
  const { name, namespace } = secret;
  const keys = [...secret.keys, ...Object.keys(secret.known ?? {})];
  const sealed = context.sealedSecrets.get(`${namespace}/${name}`);
  if (sealed === undefined) {
    context.reportMissingSecret(name, namespace);
    return;
  }
  const missing = keys.filter((key) => sealed.spec.encryptedData[key] === undefined);
  if (missing.length > 0) {
    throw new ConfigurationError([
      `${sealed.file}: got no value of ${missing.join(', ')}, allowed all of ${keys.join(', ')}; seal the Secret again`,
    ]);
  }
  const { apiVersion, kind, spec } = sealed;
  new ApiObject(chart, `sealed-${namespace}-${name}`, { apiVersion, kind, metadata: { name, namespace }, spec });
}

const auth = { jwt: { serviceAccountRef: { name: reader } } } as const;

function addExternal(chart: Chart, environment: Environment, prefix: string): void {
  const { cloud } = environment;
  if (cloud === undefined) {
    return;
  }
  const secrets = requiredSecrets(environment);
  const pull = needsPullSecret(environment);
  const kept = secrets.filter(({ generated }) => generated === undefined);
  const namespaces = pull ? allNamespaces(environment) : [...new Set(kept.map(({ namespace }) => namespace))];
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
  kept.forEach((secret) => addExternalSecret(chart, secret, prefix));
  secrets.filter(({ generated }) => generated === true).forEach((secret) => addGeneratedSecret(chart, secret));
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

/** Values that are made in the cluster, once; letters and digits only, because they become part of a URL. */
function addGeneratedSecret(chart: Chart, { name, namespace, keys, known, annotations }: RequiredSecret): void {
  const metadata = { name, namespace };
  new Password(chart, `password-${namespace}-${name}`, {
    metadata,
    spec: { length: 32, symbols: 0, noUpper: false, allowRepeat: true },
  });
  new ExternalSecret(chart, `generated-${namespace}-${name}`, {
    metadata,
    spec: {
      refreshPolicy: 'CreatedOnce',
      refreshInterval: '0s',
      target: {
        name,
        creationPolicy: 'Owner',
        template: {
          engineVersion: 'v2',
          ...(annotations === undefined ? {} : { metadata: { annotations } }),
          data: { ...known, ...Object.fromEntries(keys.map((key) => [key, '{{ .password }}'])) },
        },
      },
      dataFrom: [{ sourceRef: { generatorRef: { apiVersion: generatorApiVersion, kind: 'Password', name } } }],
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
