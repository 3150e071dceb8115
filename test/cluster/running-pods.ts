import { parseManifest } from '../../charts/proof/manifest.ts';
import { podTemplates } from '../../charts/proof/pod-template.ts';
import { allNamespaces } from '../../charts/workloads.ts';
import { brokerResources, builderProfiles } from '../../operator/api/index.ts';
import type { Environment } from '../../stacks/index.ts';
import { readManifests } from './committed-manifests.ts';

interface Pod {
  readonly apiVersion: 'v1';
  readonly kind: 'Pod';
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: object };
  readonly spec: object;
}

export interface RunningPod {
  readonly what: string;
  readonly pod: Pod;
}

const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: 2102,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** What Linkerd adds to a pod: a proxy, and an init container that either checks the CNI plugin or sets iptables itself. */
function meshContainers({ mesh }: Environment) {
  const { cpuLimit, memoryLimit } = mesh.proxy;
  const proxy = {
    name: 'linkerd-proxy',
    image: 'cr.l5d.io/linkerd/proxy:edge-25.11.1',
    resources: { limits: { cpu: cpuLimit, memory: memoryLimit } },
    securityContext: restricted,
  };
  const init = mesh.cni
    ? { name: 'linkerd-network-validator', image: proxy.image, securityContext: { ...restricted, runAsUser: 65534 } }
    : {
        name: 'linkerd-init',
        image: 'cr.l5d.io/linkerd/proxy-init:v2.4.3',
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { add: ['NET_ADMIN', 'NET_RAW'] },
          privileged: false,
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
          runAsUser: 65534,
          seccompProfile: { type: 'RuntimeDefault' },
        },
      };
  return { proxy, init };
}

/** Pods as they would run in an environment: its workloads bare and meshed, and a build pod of its builder. */
export function podsOf(environment: Environment): readonly RunningPod[] {
  const templates = podTemplates(readManifests(environment.name).map(parseManifest));
  return [
    ...templates.flatMap((template) => workloadPods(environment, template)),
    ...buildPods(environment),
    ...brokerPods(environment),
  ];
}

function workloadPods(
  environment: Environment,
  { source, namespace, labels, spec }: ReturnType<typeof podTemplates>[number],
): readonly RunningPod[] {
  const toPod = (name: string, podSpec: object): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: podSpec,
  });
  const { containerConcurrency: _, timeoutSeconds: __, ...podSpec } = spec;
  const bare = { what: source, pod: toPod('bare', podSpec) };
  if (!environment.mesh.injected) {
    return [bare];
  }
  const { proxy, init } = meshContainers(environment);
  const meshed = {
    ...podSpec,
    containers: [...podSpec.containers, proxy],
    initContainers: [...podSpec.initContainers, init],
  };
  return [bare, { what: `${source} in the mesh`, pod: toPod('meshed', meshed) }];
}

/** Ingress and dispatchers of a Broker as eventing-rabbitmq makes them: all that is restricted but a seccomp profile. */
function brokerPods(environment: Environment): readonly RunningPod[] {
  const { seccompProfile: _, runAsUser: __, ...securityContext } = restricted;
  const { proxy, init } = meshContainers(environment);
  const resources = brokerResources.ingress;
  return allNamespaces(environment).map((namespace) => ({
    what: `broker pod in ${namespace}`,
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'broker', namespace, labels: { 'eventing.knative.dev/brokerRole': 'ingress' } },
      spec: {
        containers: [{ name: 'ingress', image: 'example.com/ingress:1', resources, securityContext }, proxy],
        initContainers: [init],
      },
    },
  }));
}

function buildPods({ builds, namespaces }: Environment): readonly RunningPod[] {
  const profile = builderProfiles[builds.builder];
  return namespaces.functions.map((namespace) => ({
    what: `builder ${builds.builder} in ${namespace}`,
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'build', namespace, labels: { 'lambda.knative.io/build': 'true' } },
      spec: {
        serviceAccountName: 'knative-lambda-builder',
        automountServiceAccountToken: false,
        hostUsers: profile.hostUsers,
        containers: [
          {
            name: 'builder',
            image: 'ghcr.io/osscontainertools/kaniko:v1.28.3',
            resources: builds.resources,
            securityContext: {
              allowPrivilegeEscalation: false,
              runAsUser: profile.runAsUser,
              capabilities: { drop: ['ALL'], add: profile.addedCapabilities },
              seccompProfile: { type: profile.seccompProfile },
            },
          },
        ],
      },
    },
  }));
}
