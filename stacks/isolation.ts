import type { Environment } from './environment.ts';
import { hostPortFaults } from './host-ports.ts';

/** Something that only one environment may hold within a scope: a namespace in a cluster, a bucket in an account. */
export interface Claim {
  /** Setting that makes the claim. */
  readonly path: string;
  readonly scope: string;
  readonly resource: string;
}

/** All that an environment holds alone, each within the scope in which its name must be unique; host ports are apart. */
function claims(environment: Environment): readonly Claim[] {
  return [
    { path: 'name', scope: 'manifests/', resource: `folder ${environment.name}` },
    ...clusterClaims(environment),
    ...brokerClaims(environment),
    ...accountClaims(environment),
    ...localStoreClaims(environment),
    ...publicClaims(environment),
    ...updateClaims(environment),
  ];
}

/** The lease of the leader lies in the control namespace and is held with it. */
function clusterClaims({ cluster, namespaces, delivery }: Environment): readonly Claim[] {
  const scope = `cluster ${cluster.name}`;
  const apart = namespaces.functions.filter((name) => name !== namespaces.control);
  return [
    { path: 'namespaces.control', scope, resource: `namespace ${namespaces.control}` },
    ...apart.map((name) => ({ path: 'namespaces.functions', scope, resource: `namespace ${name}` })),
    { path: 'delivery.kustomization', scope, resource: `Kustomization ${delivery.kustomization}` },
    ...(cluster.owner ? [{ path: 'cluster.owner', scope, resource: 'ownership of the cluster' }] : []),
  ];
}

function brokerClaims({ cluster, rabbitmq }: Environment): readonly Claim[] {
  const scope = `broker ${rabbitmq.host} of cluster ${cluster.name}`;
  return [
    { path: 'rabbitmq.vhost', scope, resource: `vhost ${rabbitmq.vhost}` },
    { path: 'rabbitmq.user', scope, resource: `user ${rabbitmq.user}` },
    ...Object.entries(rabbitmq.queues).map(([use, queue]) => ({
      path: `rabbitmq.queues.${use}`,
      scope,
      resource: `queue ${queue}`,
    })),
    ...(rabbitmq.owned
      ? [
          {
            path: 'rabbitmq.owned',
            scope: `cluster ${cluster.name}`,
            resource: `RabbitmqCluster ${rabbitmq.namespace}/${rabbitmq.cluster}`,
          },
        ]
      : []),
  ];
}

function accountClaims({ cloud, codeStore, imageRegistry, secrets }: Environment): readonly Claim[] {
  if (cloud === undefined) {
    return [];
  }
  const scope = `account ${cloud.account}`;
  const inAccount = (path: string, resource: string): Claim => ({ path, scope, resource });
  return [
    ...Object.entries(cloud.roles).map(([use, role]) => inAccount(`cloud.roles.${use}`, `role ${role}`)),
    ...(codeStore.kind === 's3' ? [inAccount('codeStore.bucket', `bucket ${codeStore.bucket}`)] : []),
    ...(imageRegistry.kind === 'ecr'
      ? (['operatorRepository', 'functionsRepository'] as const).map((use) =>
          inAccount(`imageRegistry.${use}`, `repository ${imageRegistry[use]}`),
        )
      : []),
    ...(secrets.backend === 'external' ? [inAccount('secrets.prefix', `secrets under ${secrets.prefix}`)] : []),
    ...registryClaims(cloud, imageRegistry),
    ...(cloud.pipeline?.ownsProvider === true
      ? [inAccount('cloud.pipeline.ownsProvider', 'the GitHub identity provider')]
      : []),
  ];
}

/** What a registry of ECR has once, whoever of its environments asks for it. */
function registryClaims(
  { account, region }: NonNullable<Environment['cloud']>,
  imageRegistry: Environment['imageRegistry'],
): readonly Claim[] {
  if (imageRegistry.kind !== 'ecr') {
    return [];
  }
  const scope = `registry ${account} in ${region}`;
  const { replicateTo = [], pullThrough = [] } = imageRegistry;
  return [
    ...(replicateTo.length > 0 ? [{ path: 'imageRegistry.replicateTo', scope, resource: 'replication' }] : []),
    ...pullThrough.map(({ prefix }, index) => ({
      path: `imageRegistry.pullThrough.${index}.prefix`,
      scope,
      resource: `prefix ${prefix}`,
    })),
  ];
}

/** Registry and object store without a cloud: names are unique within the server, and servers within their cluster. */
function localStoreClaims({ cluster, codeStore, imageRegistry }: Environment): readonly Claim[] {
  return [
    ...(imageRegistry.kind === 'registry'
      ? [
          {
            path: 'imageRegistry.functionsRepository',
            scope: `registry ${imageRegistry.push} of cluster ${cluster.name}`,
            resource: `repository ${imageRegistry.functionsRepository}`,
          },
        ]
      : []),
    ...(codeStore.kind === 'minio'
      ? [
          {
            path: 'codeStore.bucket',
            scope: `object store ${codeStore.endpoint} of cluster ${cluster.name}`,
            resource: `bucket ${codeStore.bucket}`,
          },
        ]
      : []),
  ];
}

function publicClaims({ functionsIngress, namespaces, receiver }: Environment): readonly Claim[] {
  const scope = 'public DNS';
  return [
    ...(receiver.form === 'deployment' && receiver.ingress !== undefined
      ? [{ path: 'receiver.ingress.host', scope, resource: `host name ${receiver.ingress.host}` }]
      : []),
    ...(functionsIngress.exposure === 'public'
      ? namespaces.functions.map((namespace) => ({
          path: 'functionsIngress.domain',
          scope,
          resource: `host name *.${namespace}.${functionsIngress.domain}`,
        }))
      : []),
  ];
}

/** Flux rewrites the branch of updates as a whole, so that two would undo each other. */
function updateClaims({ delivery: { imageAutomation } }: Environment): readonly Claim[] {
  return imageAutomation === undefined
    ? []
    : [
        {
          path: 'delivery.imageAutomation.branch',
          scope: `repository ${imageAutomation.repository}`,
          resource: `branch ${imageAutomation.branch}`,
        },
      ];
}

/** One line for each thing that two environments both hold. */
export function isolationFaults(environments: readonly Environment[]): readonly string[] {
  const holders = new Map<string, string>();
  const faults: string[] = [];
  for (const environment of environments) {
    for (const { path, scope, resource } of claims(environment)) {
      const key = `${scope}\n${resource}`;
      const holder = holders.get(key);
      if (holder === undefined) {
        holders.set(key, environment.name);
      } else {
        faults.push(
          `${environment.name}.${path}: got ${resource}, which ${holder} holds in ${scope}, allowed one holder; change it in stacks/${environment.name}.ts`,
        );
      }
    }
  }
  return [...faults, ...hostPortFaults(environments)];
}
