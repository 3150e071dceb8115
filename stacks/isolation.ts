import type { Environment } from './environment.ts';

/** Something that only one environment may hold within a scope: a namespace in a cluster, a bucket in an account. */
export interface Claim {
  readonly scope: string;
  readonly resource: string;
}

/** All that an environment holds alone, each within the scope in which its name must be unique. */
export function claims(environment: Environment): readonly Claim[] {
  return [
    ...clusterClaims(environment),
    ...brokerClaims(environment),
    ...accountClaims(environment),
    ...registryClaims(environment),
    ...hostClaims(environment),
  ];
}

function clusterClaims({ cluster, namespaces, delivery }: Environment): readonly Claim[] {
  const scope = `cluster ${cluster.name}`;
  const names = new Set([namespaces.control, ...namespaces.functions]);
  return [
    ...[...names].map((name) => ({ scope, resource: `namespace ${name}` })),
    { scope, resource: `lease ${namespaces.control}` },
    { scope, resource: `Kustomization ${delivery.kustomization}` },
    ...(cluster.owner ? [{ scope, resource: 'ownership of the cluster' }] : []),
  ];
}

function brokerClaims({ cluster, rabbitmq }: Environment): readonly Claim[] {
  const scope = `broker ${rabbitmq.host} in cluster ${cluster.name}`;
  return [
    { scope, resource: `vhost ${rabbitmq.vhost}` },
    ...Object.values(rabbitmq.queues).map((queue) => ({ scope, resource: `queue ${queue}` })),
  ];
}

function accountClaims({ cloud, codeStore, imageRegistry, secrets }: Environment): readonly Claim[] {
  if (cloud === undefined) {
    return [];
  }
  const scope = `account ${cloud.account}`;
  const buckets = codeStore.kind === 's3' ? [`bucket ${codeStore.bucket}`] : [];
  const repositories =
    imageRegistry.kind === 'ecr'
      ? [imageRegistry.operatorRepository, imageRegistry.functionsRepository].map((name) => `repository ${name}`)
      : [];
  const roles = Object.values(cloud.roles).map((role) => `role ${role}`);
  const paths = secrets.backend === 'external' ? [`secrets ${secrets.prefix}`] : [];
  return [...buckets, ...repositories, ...roles, ...paths].map((resource) => ({ scope, resource }));
}

function registryClaims({ cluster, codeStore, imageRegistry }: Environment): readonly Claim[] {
  const scope = `cluster ${cluster.name}`;
  return [
    ...(imageRegistry.kind === 'registry'
      ? [
          {
            scope: `${scope} registry ${imageRegistry.push}`,
            resource: `repository ${imageRegistry.functionsRepository}`,
          },
        ]
      : []),
    ...(codeStore.kind === 'minio'
      ? [{ scope: `${scope} object store ${codeStore.endpoint}`, resource: `bucket ${codeStore.bucket}` }]
      : []),
  ];
}

function hostClaims({ cluster, receiver }: Environment): readonly Claim[] {
  const ports =
    cluster.host === undefined || cluster.hostPorts === undefined
      ? []
      : Array.from({ length: cluster.hostPorts.count }, (_, offset) => ({
          scope: `host ${cluster.host}`,
          resource: `port ${(cluster.hostPorts?.base ?? 0) + offset}`,
        }));
  const names =
    receiver.form === 'deployment' && receiver.ingress !== undefined
      ? [{ scope: 'public DNS', resource: `host name ${receiver.ingress.host}` }]
      : [];
  return [...ports, ...names];
}

function areExclusive(one: Environment, other: Environment): boolean {
  return one.replaces === other.name || other.replaces === one.name;
}

/** Host ports may be shared by two environments of which only one runs at a time. */
function isConflict(claim: Claim, one: Environment, other: Environment): boolean {
  return !(areExclusive(one, other) && claim.scope.startsWith('host '));
}

/** One line for each thing that two environments both hold. */
export function isolationFaults(environments: readonly Environment[]): readonly string[] {
  const holders = new Map<string, Environment>();
  const faults: string[] = [];
  for (const environment of environments) {
    for (const claim of claims(environment)) {
      const key = `${claim.scope}\n${claim.resource}`;
      const holder = holders.get(key);
      if (holder === undefined) {
        holders.set(key, environment);
      } else if (isConflict(claim, holder, environment)) {
        faults.push(
          `${environment.name}: got ${claim.resource} in ${claim.scope}, which ${holder.name} holds; allowed one holder, give one of them another name`,
        );
      }
    }
  }
  return faults;
}
