import type { Environment } from './environment.ts';
import { type Resources, toBytes, toMillicores } from './schema/quantity.ts';

/** A condition between settings that no single one can state: returns the fault, or nothing. */
type Rule = (environment: Environment) => string | undefined;

const rules: readonly Rule[] = [
  ({ cloud, codeStore, imageRegistry, secrets }) =>
    cloud === undefined && (codeStore.kind === 's3' || imageRegistry.kind === 'ecr' || secrets.backend === 'external')
      ? 'cloud: missing, allowed account, region and roles with an S3 code store, an ECR registry or external secrets; set them, or choose stores without a cloud'
      : undefined,
  ({ cloud, cluster }) =>
    cloud !== undefined && cluster.distribution !== 'eks' && cloud.oidcIssuer === undefined
      ? `cloud.oidcIssuer: missing, allowed the URL that publishes the signing keys of a ${cluster.distribution} cluster, which IAM must trust; set it`
      : undefined,
  ({ cloud, imageRegistry }) =>
    imageRegistry.kind === 'ecr' && cloud !== undefined && imageRegistry.replicateTo?.includes(cloud.region) === true
      ? `imageRegistry.replicateTo: got ${cloud.region}, allowed other regions than that of the environment; remove it`
      : undefined,
  ({ cloud, cluster, imageRegistry, secrets }) =>
    cloud !== undefined &&
    imageRegistry.kind === 'ecr' &&
    cluster.distribution !== 'eks' &&
    secrets.backend !== 'external'
      ? `secrets.backend: got ${secrets.backend} with images in ECR on a ${cluster.distribution} cluster, allowed external, which keeps the login of its nodes fresh; change one of the two`
      : undefined,
  ({ cluster }) =>
    cluster.hostPorts !== undefined && cluster.host === undefined
      ? 'cluster.host: missing, allowed the machine that publishes cluster.hostPorts; name it, or remove the ports'
      : undefined,
  ({ cluster }) => hostPortFault(cluster),
  ({ rollout, receiver }) =>
    receiver.form === 'knative-service' && (rollout.canary !== 'none' || rollout.abTesting)
      ? 'rollout: got a canary or A/B routing, allowed only where receiver.form is deployment; turn both off, or change the form'
      : undefined,
  ({ rollout }) =>
    (rollout.canary === 'none') !== (rollout.canaryReplicas === 0)
      ? `rollout.canaryReplicas: got ${rollout.canaryReplicas} with canary ${rollout.canary}, allowed 0 without and 1 or more with a canary; change one of the two`
      : undefined,
  ({ rabbitmq }) =>
    rabbitmq.owned === (rabbitmq.node === undefined)
      ? `rabbitmq.node: got ${rabbitmq.node === undefined ? 'nothing' : 'a node'} with owned ${rabbitmq.owned}, allowed exactly where the environment creates the RabbitmqCluster; change one of the two`
      : undefined,
  ({ rabbitmq }) =>
    rabbitmq.user === 'guest'
      ? 'rabbitmq.user: got guest, whose password everybody knows, allowed a name of its own; rename it'
      : undefined,
  ({ mesh, rollout }) =>
    rollout.canary !== 'none' && !mesh.injected
      ? `rollout.canary: got ${rollout.canary} without a mesh, allowed only where mesh.injected is true, because its proxies split the requests; turn one of the two`
      : undefined,
  ({ receiver, role, rollout }) =>
    rollout.abTesting &&
    receiver.form === 'deployment' &&
    (rollout.canary === 'none' || (role !== 'production' && role !== 'light-production'))
      ? `rollout.abTesting: got true with canary ${rollout.canary} and role ${role}, allowed only beside a canary in production; turn it off`
      : undefined,
  ({ operator }) => disruptionFault('operator', operator.minAvailable, operator.replicas),
  ({ receiver }) =>
    receiver.form === 'deployment'
      ? disruptionFault('receiver', receiver.minAvailable, receiver.autoscaling?.minReplicas ?? receiver.replicas)
      : undefined,
  ({ namespaces, operator }) => operatorCanaryFault(namespaces.functions, operator.canary?.namespaces ?? []),
  ({ operator }) => limitFault('operator.resources', operator.resources),
  ({ receiver }) => limitFault('receiver.resources', receiver.resources),
  ({ builds }) => limitFault('builds.resources', builds.resources),
  ({ capacity }) => limitFault('capacity.podResources', capacity.podResources),
  ({ delivery }) =>
    delivery.repository.startsWith('oci://') &&
    (delivery.webhookSecret !== undefined || delivery.notifications?.commitStatusSecret !== undefined)
      ? 'delivery.repository: got an OCI repository with a webhook or commit statuses of GitHub, allowed with a Git repository only; remove delivery.webhookSecret and delivery.notifications.commitStatusSecret'
      : undefined,
  ({ delivery: { imageAutomation }, role }) =>
    imageAutomation !== undefined && !role.endsWith('development')
      ? `delivery.imageAutomation: got one with role ${role}, allowed in development only, where no release needs a decision; remove it`
      : undefined,
  ({ delivery: { imageAutomation } }) =>
    imageAutomation !== undefined && [imageAutomation.base, 'main', 'master'].includes(imageAutomation.branch)
      ? `delivery.imageAutomation.branch: got ${imageAutomation.branch}, allowed a branch that nobody releases from; name another one`
      : undefined,
  ({ delivery: { imageAutomation, source } }) =>
    imageAutomation?.source === source
      ? `delivery.imageAutomation.source: got ${source}, which is the source that Flux delivers from, allowed a name of its own; change it`
      : undefined,
  ({ replaces, name }) =>
    replaces === name
      ? `replaces: got ${name}, allowed another environment; name that one, or remove the setting`
      : undefined,
];

const lastPort = 65_535;

function hostPortFault({ hostPorts }: Environment['cluster']): string | undefined {
  return hostPorts !== undefined && hostPorts.base + hostPorts.count - 1 > lastPort
    ? `cluster.hostPorts: got ${hostPorts.count} ports from ${hostPorts.base} on, allowed up to port ${lastPort}; lower the base or the count`
    : undefined;
}

function disruptionFault(path: string, minAvailable: number | undefined, replicas: number): string | undefined {
  return minAvailable !== undefined && minAvailable >= replicas
    ? `${path}.minAvailable: got ${minAvailable} of ${replicas} pods, allowed fewer than the pods, else a node can never be drained; lower it or add pods`
    : undefined;
}

function operatorCanaryFault(functions: readonly string[], canary: readonly string[]): string | undefined {
  const isPart = canary.every((name) => functions.includes(name)) && canary.length < functions.length;
  return canary.length > 0 && !isPart
    ? `operator.canary.namespaces: got ${canary.join(', ')}, allowed some but not all of ${functions.join(', ')}, so that both controllers have work; change one of the two lists`
    : undefined;
}

function limitFault(path: string, { requests, limits }: Resources): string | undefined {
  const excess = [
    ...(toMillicores(requests.cpu) > toMillicores(limits.cpu) ? [`CPU ${requests.cpu} of ${limits.cpu}`] : []),
    ...(toBytes(requests.memory) > toBytes(limits.memory) ? [`memory ${requests.memory} of ${limits.memory}`] : []),
  ];
  return excess.length > 0
    ? `${path}: got a request of ${excess.join(' and ')}, allowed at most the limit; raise the limit or lower the request`
    : undefined;
}

/** Faults between the settings of one environment, each prefixed with its name. */
export function ruleFaults(environment: Environment): readonly string[] {
  return rules.flatMap((rule) => {
    const fault = rule(environment);
    return fault === undefined ? [] : [`${environment.name}.${fault}`];
  });
}
