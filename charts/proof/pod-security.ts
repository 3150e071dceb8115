import { builderProfiles } from '../../operator/api/index.ts';
import { podSecurityLevels, type PodSecurityLevel } from '../pod-security.ts';
import { type Manifest, nameOf, ofKind } from './manifest.ts';
import type { Output } from './output.ts';

const enforceLabel = 'pod-security.kubernetes.io/enforce';

function isLevel(value: string | undefined): value is PodSecurityLevel {
  return podSecurityLevels.some((level) => level === value);
}

/** Whether a namespace that enforces a level lets a pod in that needs another one. */
function admits(enforced: PodSecurityLevel, needed: PodSecurityLevel): boolean {
  return podSecurityLevels.indexOf(enforced) <= podSecurityLevels.indexOf(needed);
}

interface PodSecurityNeed {
  readonly what: string;
  readonly level: PodSecurityLevel;
}

function needsOf({ environment, manifests, templates }: Output, namespace: string): readonly PodSecurityNeed[] {
  const meshed = templates.filter(
    (template) => template.namespace === namespace && template.annotations['linkerd.io/inject'] !== 'disabled',
  );
  const { mesh, namespaces, builds } = environment;
  const init: readonly PodSecurityNeed[] =
    mesh.injected && !mesh.cni && meshed.length > 0
      ? [{ what: `the init container of the mesh in ${meshed[0]?.source}`, level: 'privileged' }]
      : [];
  const builder: readonly PodSecurityNeed[] = namespaces.functions.includes(namespace)
    ? [{ what: `the builder ${builds.builder}`, level: builderProfiles[builds.builder].podSecurityLevel }]
    : [];
  const brokers: readonly PodSecurityNeed[] = ofKind(manifests, 'Broker')
    .filter(({ metadata }) => metadata.namespace === namespace)
    // its pods set no seccomp profile: eventing-rabbitmq, pkg/reconciler/broker/resources/ingress.go
    .map((broker) => ({ what: `the pods of ${nameOf(broker)}`, level: 'baseline' }));
  return [...init, ...builder, ...brokers];
}

/** A namespace without a level, or whose level refuses a pod that runs there. */
export function podSecurityFaults(output: Output): readonly string[] {
  return ofKind(output.manifests, 'Namespace').flatMap((namespace) => faultsOf(output, namespace));
}

function faultsOf(output: Output, namespace: Manifest): readonly string[] {
  const enforced = namespace.metadata.labels?.[enforceLabel];
  if (!isLevel(enforced)) {
    return [
      `${nameOf(namespace)}: got label ${enforceLabel} ${enforced ?? 'nothing'}, allowed ${podSecurityLevels.join(', ')}`,
    ];
  }
  return needsOf(output, namespace.metadata.name)
    .filter(({ level }) => !admits(enforced, level))
    .map(
      ({ what, level }) =>
        `${nameOf(namespace)}: enforces ${enforced}, which refuses ${what}; it needs ${level}: change mesh, builder or level`,
    );
}
