import { z } from 'zod';
import { annotations, labels } from '../../operator/api/index.ts';
import { names } from '../../charts/workloads.ts';
import { ConfigurationError, type Environment } from '../../stacks/index.ts';
import { holdFlux, mergePatch } from './flux.ts';
import { objectName, optional, required } from './variables.ts';
import { change, type Plan, say, show, type Target, type Verb } from './verb.ts';

const jobs = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string() }),
      status: z
        .looseObject({
          conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]),
        })
        .default({ conditions: [] }),
    }),
  ),
});

/** @throws ConfigurationError naming the function namespaces */
function functionNamespace({ environment, variables }: Target): string {
  const { functions } = environment.namespaces;
  const namespace = optional(variables, 'NAMESPACE', functions[0] ?? '');
  // where the operator watches all namespaces, functions may be anywhere
  if (environment.watch === 'all' || functions.includes(namespace)) return namespace;
  throw new ConfigurationError([
    `NAMESPACE: got ${namespace}, allowed ${functions.join(', ')}; functions of ${environment.name} are there`,
  ]);
}

function planBuild(target: Target): Plan {
  const name = required(target.variables, 'FUNCTION', objectName);
  const namespace = ['--namespace', functionNamespace(target)] as const;
  const kind = 'lambdafunctions.lambda.knative.io';
  return {
    steps: [
      change(`asked for a build of ${name}`, [
        'annotate',
        kind,
        name,
        ...namespace,
        '--overwrite',
        `${annotations.rebuildRequested}=${new Date().toISOString()}`,
      ]),
      show('get', kind, name, ...namespace),
    ],
  };
}

async function planCleanJobs(target: Target): Promise<Plan> {
  const namespace = ['--namespace', functionNamespace(target)] as const;
  const builds = [...namespace, '--selector', `${labels.build}=true`] as const;
  const found = await target.look(['get', 'jobs', ...builds, '-o', 'json']);
  const failed = jobs
    .parse(JSON.parse(found ?? '{"items":[]}'))
    .items.filter(({ status }) => status.conditions.some((one) => one.type === 'Failed' && one.status === 'True'))
    .map(({ metadata }) => metadata.name);
  if (failed.length === 0) return { steps: [say('no build Job has failed')] };
  return {
    warnings: [`${failed.length} failed build Jobs go, with the logs of their pods; running and finished ones stay`],
    steps: [change(`deleted ${failed.length} failed build Jobs`, ['delete', 'jobs', ...namespace, ...failed])],
  };
}

/** What sets the number of receiver pods: the autoscaler's least number, or the Deployment's own. Flagger serves from the primary. */
function planScaling({ receiver, rollout, namespaces, name }: Environment, replicas: number): readonly string[] {
  if (receiver.form === 'knative-service') {
    throw new ConfigurationError([
      `scale-builder: got ${name}, whose receiver is a Knative Service, allowed environments with a Deployment; set receiver.minScale`,
    ]);
  }
  const serving = `${names.receiverDeployment}${rollout.canary === 'none' ? '' : '-primary'}`;
  const namespace = ['--namespace', namespaces.control] as const;
  if (receiver.autoscaling === undefined) {
    return ['scale', `deployment/${serving}`, ...namespace, `--replicas=${replicas}`];
  }
  if (replicas > receiver.autoscaling.maxReplicas) {
    throw new ConfigurationError([
      `REPLICAS: got ${replicas}, allowed at most ${receiver.autoscaling.maxReplicas}; raise receiver.autoscaling.maxReplicas of ${name}`,
    ]);
  }
  return [
    'patch',
    `horizontalpodautoscalers.autoscaling/${serving}`,
    ...namespace,
    ...mergePatch({ spec: { minReplicas: replicas } }),
  ];
}

async function planScale(target: Target): Promise<Plan> {
  const { environment, variables } = target;
  const wanted = required(variables, 'REPLICAS', { pattern: /^([1-9]|[1-4][0-9]|50)$/, text: '1 to 50' });
  const args = planScaling(environment, Number(wanted));
  const { first, reminder } = await holdFlux(target);
  return { steps: [...first, change(`asked for ${wanted} receiver pods`, args), ...reminder] };
}

/** Verbs of builds and of the receiver that takes their events. */
export const buildVerbs: readonly Verb[] = [
  {
    name: 'trigger-build',
    environment: 'suffix',
    group: 'Queues and builds',
    does: 'build a function again',
    variables: {
      FUNCTION: 'name of the LambdaFunction',
      NAMESPACE: 'its namespace, the first of the environment unless given',
    },
    risk: 'changes',
    plan: planBuild,
  },
  {
    name: 'scale-builder',
    environment: 'variable',
    group: 'Queues and builds',
    does: 'suspend Flux and change how many pods receive events',
    variables: { REPLICAS: 'number of pods, 1 to 50' },
    risk: 'changes',
    plan: planScale,
  },
  {
    name: 'clean-failed-builds',
    environment: 'variable',
    group: 'Queues and builds',
    does: 'delete build Jobs that have failed',
    variables: { NAMESPACE: 'function namespace, the first of the environment unless given' },
    risk: 'destroys',
    plan: planCleanJobs,
  },
];
