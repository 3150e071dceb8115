import { names } from '../../charts/workloads.ts';
import type { Environment } from '../../stacks/index.ts';
import { asFlux, findDelivery, holdFlux, reconcile } from './flux.ts';
import { anyOf, optional, required, timeoutOf } from './variables.ts';
import { change, type Plan, say, show, type Step, type Target, type Verb } from './verb.ts';

const serverSide = ['--server-side', '--force-conflicts', ...asFlux] as const;

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
    return {
      warnings: [
        `Flux delivers ${environment.name} from Git; FROM=checkout suspends it and applies manifests/ of this checkout`,
      ],
      steps: [...reconcile(target, timeout), ...watch],
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
];
