import { names } from '../../charts/workloads.ts';
import { ConfigurationError, type Environment, readEnvironments } from '../../stacks/index.ts';
import { isProduction } from './confirm.ts';
import {
  asFlux,
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
import { required, timeoutOf } from './variables.ts';
import { change, open, type Plan, say, show, type Step, type Target, type Verb } from './verb.ts';

/** The source is shared by all environments of a cluster, and by what else Flux delivers there. */
function refuseProduction({ cluster, delivery }: Environment): void {
  const production = readEnvironments().filter((other) => other.cluster.name === cluster.name && isProduction(other));
  if (production.length === 0) return;
  throw new ConfigurationError([
    `cluster ${cluster.name}: got ${production.map(({ name }) => name).join(', ')} on it, allowed no production; it stays on branch ${delivery.branch}, test the branch on another cluster`,
  ]);
}

const clusterKustomization = 'knative-lambda-cluster';

function planBranch(target: Target): Plan {
  const { environment, variables } = target;
  refuseProduction(environment);
  const { source, branch: own } = environment.delivery;
  const branch = required(variables, 'BRANCH', { pattern: /^[\w][\w./-]{0,127}$/, text: 'the name of a Git branch' });
  const timeout = timeoutOf(variables, '5m');
  return {
    warnings: [`images of the branch must exist in the registry that ${environment.name} pulls from`],
    steps: [
      suspend(clusterKustomization),
      change(`pointed source ${source} at ${branch}`, toBranch(environment, branch), {
        undo: toBranch(environment, own),
      }),
      ...reconcile(target, timeout),
      say(
        `${environment.name} is on branch ${branch}; back to ${own} with: make flux-main-branch ENV=${environment.name}`,
      ),
    ],
  };
}

function planMainBranch(target: Target): Plan {
  const { environment, variables } = target;
  const { source, branch } = environment.delivery;
  const timeout = timeoutOf(variables, '5m');
  return {
    steps: [
      change(`pointed source ${source} at ${branch}`, toBranch(environment, branch)),
      ...reconcile(target, timeout),
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

const timeout = { TIMEOUT: 'how long to wait, 5m unless given' } as const;

/** Verbs of Flux itself. */
export const fluxVerbs: readonly Verb[] = [
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
