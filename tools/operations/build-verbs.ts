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
        `${annotations.rebuildRequested}=${target.now.toISOString()}`,
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
    .parse(JSON.parse(found))
    .items.filter(({ status }) => status.conditions.some((one) => one.type === 'Failed' && one.status === 'True'))
    .map(({ metadata }) => metadata.name);
  if (failed.length === 0) return { steps: [say('no build Job has failed')] };
  return {
    warnings: [`${failed.length} failed build Jobs go, with the logs of their pods; running and finished ones stay`],
    steps: [change(`deleted ${failed.length} failed build Jobs`, ['delete', 'jobs', ...namespace, ...failed])],
  };
}

/**
 * What sets the number of receiver pods: the Deployment, its autoscaler, or under a canary the autoscaler of the primary,
 * which Flagger made and changes only when it promotes.
 */
function scalingArguments({ receiver, rollout, namespaces, name }: Environment, replicas: number): readonly string[] {
  if (receiver.form === 'knative-service') {
    throw new ConfigurationError([
      `scale-builder: got ${name}, whose receiver is a Knative Service, allowed environments with a Deployment; set receiver.minScale`,
    ]);
  }
  const { autoscaling } = receiver;
  if (autoscaling !== undefined && replicas > autoscaling.maxReplicas) {
    throw new ConfigurationError([
      `REPLICAS: got ${replicas}, allowed at most ${autoscaling.maxReplicas}; raise receiver.autoscaling.maxReplicas of ${name}`,
    ]);
  }
  const namespace = ['--namespace', namespaces.control] as const;
  if (autoscaling === undefined && rollout.canary === 'none') {
    return ['scale', `deployment/${names.receiverDeployment}`, ...namespace, `--replicas=${replicas}`];
  }
  const autoscaler = `${names.receiverDeployment}${rollout.canary === 'none' ? '' : '-primary'}`;
  const spec = { minReplicas: replicas, ...(autoscaling === undefined ? { maxReplicas: replicas } : {}) };
  return ['patch', `horizontalpodautoscalers.autoscaling/${autoscaler}`, ...namespace, ...mergePatch({ spec })];
}

async function planScale(target: Target): Promise<Plan> {
  const { environment, variables } = target;
  const wanted = required(variables, 'REPLICAS', { pattern: /^([1-9]|[1-4][0-9]|50)$/, text: '1 to 50' });
  const scaled = change(`asked for ${wanted} receiver pods`, scalingArguments(environment, Number(wanted)));
  if (environment.rollout.canary !== 'none') {
    return {
      steps: [scaled, say('lasts until Flagger promotes the next release; for longer change receiver in stacks/')],
    };
  }
  const { first, reminder } = await holdFlux(target);
  return { steps: [...first, scaled, ...reminder] };
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
    does: 'change how many pods receive events, with Flux suspended where it would undo that',
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
