import { names } from '../../charts/workloads.ts';
import { ConfigurationError, type Environment, readEnvironments } from '../../stacks/index.ts';
import {
  asFlux,
  findDelivery,
  holdFlux,
  kustomizationKind,
  mergePatch,
  onFlux,
  reconcile,
  resume,
  sourceKind,
  sourceReference,
  suspend,
} from './flux.ts';
import { isProduction } from './confirm.ts';
import { anyOf, optional, required, timeoutOf } from './variables.ts';
import { change, open, type Plan, say, show, type Step, type Target, type Verb } from './verb.ts';

const serverSide = ['--server-side', '--force-conflicts', ...asFlux] as const;
const newToken = (): string => new Date().toISOString();

/** Waits until what serves is there. */
function waitForWorkloads({ namespaces, receiver }: Environment, timeout: string): readonly Step[] {
  const common = ['--namespace', namespaces.control, `--timeout=${timeout}`] as const;
  const rollout = (name: string): Step => show('rollout', 'status', `deployment/${name}`, ...common);
  return [
    rollout(names.operator),
    receiver.form === 'deployment'
      ? rollout(names.receiverDeployment)
      : show(
          'wait',
          `services.serving.knative.dev/${names.receiverKnativeService}`,
          '--for=condition=Ready',
          ...common,
        ),
  ];
}

/** Through Flux where Flux delivers the environment, since it would undo anything else; by kubectl elsewhere. */
async function planDeploy(target: Target): Promise<Plan> {
  const { environment, variables } = target;
  const timeout = timeoutOf(variables, '5m');
  const watch =
    environment.rollout.canary === 'none' ? [] : [say(`a canary decides: make canary-status ENV=${environment.name}`)];
  const delivery = await findDelivery(target);
  if (delivery === 'active' && optional(variables, 'FROM', 'git') === 'git') {
    const { kustomization } = environment.delivery;
    return {
      warnings: [
        `Flux delivers ${environment.name} from Git; FROM=checkout suspends it and applies manifests/ of this checkout`,
      ],
      steps: [...reconcile(environment, kustomization, { token: newToken(), timeout }), ...watch],
    };
  }
  const { first, reminder } = await holdFlux(target);
  return {
    warnings: ['applies manifests/ of this checkout; what it no longer holds is not removed'],
    steps: [
      ...first,
      change(`applied manifests/${environment.name}`, ['apply', ...serverSide, '-k', `manifests/${environment.name}`]),
      ...waitForWorkloads(environment, timeout),
      ...watch,
      ...reminder,
    ],
  };
}

function planDiff({ environment }: Target): Plan {
  const args = ['diff', ...serverSide, '-k', `manifests/${environment.name}`];
  return { steps: [{ kind: 'show', args, differs: true }] };
}

/** The source is shared by all environments of a cluster, and by what else Flux delivers there. */
function refuseProduction({ cluster, delivery }: Environment): void {
  const production = readEnvironments().filter((other) => other.cluster.name === cluster.name && isProduction(other));
  if (production.length === 0) return;
  throw new ConfigurationError([
    `cluster ${cluster.name}: got ${production.map(({ name }) => name).join(', ')} on it, allowed no production; it stays on branch ${delivery.branch}, test the branch on another cluster`,
  ]);
}

const clusterKustomization = 'knative-lambda-cluster';

function planBranch({ environment, variables }: Target): Plan {
  refuseProduction(environment);
  const { source, branch: own, kustomization } = environment.delivery;
  const branch = required(variables, 'BRANCH', { pattern: /^[\w][\w./-]{0,127}$/, text: 'the name of a Git branch' });
  const timeout = timeoutOf(variables, '5m');
  return {
    warnings: [`images of the branch must exist in the registry that ${environment.name} pulls from`],
    steps: [
      suspend(clusterKustomization),
      change(`pointed source ${source} at ${branch}`, toBranch(environment, branch), {
        undo: toBranch(environment, own),
      }),
      ...reconcile(environment, kustomization, { token: newToken(), timeout }),
      say(
        `${environment.name} is on branch ${branch}; back to ${own} with: make flux-main-branch ENV=${environment.name}`,
      ),
    ],
  };
}

function planMainBranch({ environment, variables }: Target): Plan {
  const { source, branch, kustomization } = environment.delivery;
  const timeout = timeoutOf(variables, '5m');
  return {
    steps: [
      change(`pointed source ${source} at ${branch}`, toBranch(environment, branch)),
      ...reconcile(environment, kustomization, { token: newToken(), timeout }),
      resume(clusterKustomization),
    ],
  };
}

const toBranch = (environment: Environment, branch: string): readonly string[] => {
  const patch = mergePatch({ spec: { ref: sourceReference(environment, branch) } });
  return onFlux('patch', sourceKind(environment), environment.delivery.source, ...asFlux, ...patch);
};

const showFlux = ({ environment }: Target): readonly Step[] => [
  show(...onFlux('get', sourceKind(environment), environment.delivery.source)),
  show('get', kustomizationKind, '--namespace', names.fluxNamespace),
];

async function planUndo(target: Target): Promise<Plan> {
  const { environment, variables } = target;
  const { receiver, namespaces } = environment;
  const workloads = [names.operator, ...(receiver.form === 'deployment' ? [names.receiverDeployment] : [])];
  const workload = required(variables, 'WORKLOAD', {
    pattern: anyOf(workloads),
    text: workloads.join(', '),
  });
  const { first, reminder } = await holdFlux(target);
  const common = ['--namespace', namespaces.control] as const;
  return {
    before: [show('rollout', 'history', `deployment/${workload}`, ...common)],
    warnings: ['Git stays ahead: revert the commit, or Flux brings the release back when it is resumed'],
    steps: [
      ...first,
      change(`took Deployment ${workload} back to its previous revision`, [
        'rollout',
        'undo',
        `deployment/${workload}`,
        ...common,
      ]),
      show('rollout', 'status', `deployment/${workload}`, ...common, `--timeout=${timeoutOf(variables, '5m')}`),
      ...reminder,
    ],
  };
}

const timeout = { TIMEOUT: 'how long to wait, 5m unless given' } as const;
const from = { FROM: 'checkout: suspend Flux and apply manifests/ as they are here; git unless given' } as const;

/** Verbs that change what an environment is. */
export const deployVerbs: readonly Verb[] = [
  {
    name: 'deploy',
    environment: 'suffix',
    group: 'Deploy',
    does: 'bring an environment to what Git holds, or to manifests/ where Flux does not deliver it',
    variables: { ...timeout, ...from },
    risk: 'changes',
    plan: planDeploy,
  },
  {
    name: 'deploy-all-envs',
    environment: 'all',
    group: 'Deploy',
    does: 'deploy each environment whose kubectl context is there',
    variables: { ...timeout, ...from },
    risk: 'changes',
    plan: planDeploy,
  },
  {
    name: 'deploy-diff',
    environment: 'variable',
    group: 'Deploy',
    does: 'show how manifests/ differ from the cluster; fails when they do',
    risk: 'reads',
    plan: planDiff,
  },
  {
    name: 'rollout-undo',
    environment: 'variable',
    group: 'Deploy',
    does: 'suspend Flux and take a Deployment back to its previous revision',
    variables: { WORKLOAD: 'name of the Deployment', ...timeout },
    risk: 'destroys',
    plan: planUndo,
  },
  {
    name: 'flux-status',
    environment: 'variable',
    group: 'Deploy',
    does: 'show what Flux has applied',
    risk: 'reads',
    plan: (target) => ({ steps: showFlux(target) }),
  },
  {
    name: 'flux-suspend',
    environment: 'variable',
    group: 'Deploy',
    does: 'keep Flux from changing an environment',
    risk: 'changes',
    plan: async (target) => {
      const { first, reminder } = await holdFlux(target);
      return { steps: [...first, ...reminder] };
    },
  },
  {
    name: 'flux-resume',
    environment: 'variable',
    group: 'Deploy',
    does: 'let Flux bring an environment back to what Git holds',
    risk: 'changes',
    plan: ({ environment }) => ({ steps: [resume(environment.delivery.kustomization)] }),
  },
  {
    name: 'flux-test-branch',
    environment: 'variable',
    group: 'Deploy',
    does: 'let the Flux of a cluster without production read another branch',
    variables: { BRANCH: 'Git branch', ...timeout },
    risk: 'destroys',
    plan: planBranch,
  },
  {
    name: 'flux-main-branch',
    environment: 'variable',
    group: 'Deploy',
    does: 'take flux-test-branch back',
    variables: timeout,
    risk: 'changes',
    plan: planMainBranch,
  },
  {
    name: 'pf-argocd',
    environment: 'variable',
    group: 'Deploy',
    does: 'follow what Flux does; there is no Argo CD',
    risk: 'reads',
    plan: (target) => ({
      steps: [
        say(
          'GitOps is Flux here, there is no Argo CD and no page to forward: this is the view of Flux, ctrl-C ends it',
        ),
        ...showFlux(target),
        open('get', kustomizationKind, '--namespace', names.fluxNamespace, '--watch-only'),
      ],
    }),
  },
];
