import type { Environment } from './environment.ts';
import { type Resources, toBytes, toMillicores } from './schema/quantity.ts';

/** A condition between settings that no single one can state: returns the fault, or nothing. */
type Rule = (environment: Environment) => string | undefined;

const rules: readonly Rule[] = [
  ({ cloud, codeStore, imageRegistry, secrets }) =>
    cloud === undefined && (codeStore.kind === 's3' || imageRegistry.kind === 'ecr' || secrets.backend === 'external')
      ? 'cloud: missing, needed by an S3 code store, an ECR registry or external secrets; add account, region and roles'
      : undefined,
  ({ cloud, cluster }) =>
    cloud !== undefined && cluster.distribution !== 'eks' && cloud.oidcIssuer === undefined
      ? `cloud.oidcIssuer: missing, mandatory on a ${cluster.distribution} cluster that uses IAM roles; set the URL that publishes its signing keys`
      : undefined,
  ({ watch, cluster }) =>
    watch === 'all' && !cluster.owner
      ? 'watch: got all, allowed listed on a cluster that another environment owns; list the function namespaces'
      : undefined,
  ({ cluster }) =>
    cluster.hostPorts !== undefined && cluster.host === undefined
      ? 'cluster.host: missing, needed by cluster.hostPorts; name the machine that publishes the ports'
      : undefined,
  ({ rollout, receiver }) =>
    receiver.form === 'knative-service' && (rollout.canary !== 'none' || rollout.abTesting)
      ? 'rollout: got a canary or A/B routing, allowed only where receiver.form is deployment; turn both off'
      : undefined,
  ({ rollout }) =>
    (rollout.canary === 'none') !== (rollout.canaryReplicas === 0)
      ? `rollout.canaryReplicas: got ${rollout.canaryReplicas} with canary ${rollout.canary}, allowed 0 without and 1 or more with a canary`
      : undefined,
  ({ operator }) => disruptionFault('operator', operator.minAvailable, operator.replicas),
  ({ receiver }) =>
    receiver.form === 'deployment'
      ? disruptionFault('receiver', receiver.minAvailable, receiver.autoscaling?.minReplicas ?? receiver.replicas)
      : undefined,
  ({ operator }) => limitFault('operator.resources', operator.resources),
  ({ receiver }) => limitFault('receiver.resources', receiver.resources),
  ({ builds }) => limitFault('builds.resources', builds.resources),
  ({ capacity }) => limitFault('capacity.podResources', capacity.podResources),
  ({ replaces, name }) => (replaces === name ? `replaces: got ${name}, allowed another environment` : undefined),
];

function disruptionFault(path: string, minAvailable: number | undefined, replicas: number): string | undefined {
  return minAvailable !== undefined && minAvailable >= replicas
    ? `${path}.minAvailable: got ${minAvailable} of ${replicas} pods, allowed fewer than the pods, else a node can never be drained`
    : undefined;
}

function limitFault(path: string, { requests, limits }: Resources): string | undefined {
  const cpu = toMillicores(requests.cpu) > toMillicores(limits.cpu);
  const memory = toBytes(requests.memory) > toBytes(limits.memory);
  return cpu || memory ? `${path}: a request exceeds its limit; raise the limit or lower the request` : undefined;
}

/** Faults between the settings of one environment, each prefixed with its name. */
export function ruleFaults(environment: Environment): readonly string[] {
  return rules.flatMap((rule) => {
    const fault = rule(environment);
    return fault === undefined ? [] : [`${environment.name}.${fault}`];
  });
}
