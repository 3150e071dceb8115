import { names } from '../../charts/workloads.ts';
import { ConfigurationError, type Environment, readEnvironments } from '../../stacks/index.ts';
import { holdFlux, mergePatch } from './flux.ts';
import { renderRoutes } from './route-table.ts';
import { timeoutOf } from './variables.ts';
import { change, type Plan, say, show, type Step, type Target, type Verb } from './verb.ts';

const canary = `canaries.flagger.app/${names.receiverDeployment}`;

/** Phases of a Canary in which Flagger heeds skipAnalysis and the count of failed checks (advanceCanary in its scheduler.go). */
const decidingPhases: readonly string[] = ['Progressing', 'WaitingPromotion'];

/** More failed checks than any threshold allows: Flagger then rolls back by itself at its next look. */
const failedChecks = 1000;

/** @throws ConfigurationError naming the environments that have what the verb is about */
function requireSetting(environment: Environment, setting: string, holds: (one: Environment) => boolean): void {
  if (holds(environment)) return;
  const others = readEnvironments().filter(holds);
  throw new ConfigurationError([
    `environment: got ${environment.name}, which has no ${setting}, allowed ${others.map(({ name }) => name).join(', ')}; name one of them`,
  ]);
}

const hasCanary = ({ rollout, receiver }: Environment): boolean =>
  rollout.canary !== 'none' && receiver.form === 'deployment';

function inControl({ environment }: Target): readonly [string, string] {
  requireSetting(environment, 'canary (rollout.canary)', hasCanary);
  return ['--namespace', environment.namespaces.control];
}

/** @throws ConfigurationError when Flagger has nothing to decide */
async function requireDeciding(target: Target): Promise<void> {
  const path = 'jsonpath={.status.phase}';
  const phase = await target.look(['get', canary, ...inControl(target), '--ignore-not-found', '-o', path]);
  if (decidingPhases.includes(phase)) return;
  const got = phase === '' ? 'none, or one without a phase' : `phase ${phase}`;
  throw new ConfigurationError([
    `canary ${names.receiverDeployment}: got ${got}, allowed ${decidingPhases.join(', ')}; nothing is being rolled out`,
  ]);
}

const waitForPhase = (target: Target, phase: string): Step =>
  show(
    'wait',
    canary,
    ...inControl(target),
    `--for=jsonpath={.status.phase}=${phase}`,
    `--timeout=${timeoutOf(target.variables, '10m')}`,
  );

async function planPromote(target: Target): Promise<Plan> {
  await requireDeciding(target);
  const { first, release } = await holdFlux(target);
  const patch = (skipAnalysis: boolean): readonly string[] => [
    'patch',
    canary,
    ...inControl(target),
    ...mergePatch({ spec: { skipAnalysis } }),
  ];
  const skipping = 'told Flagger to promote without analysis';
  return {
    before: statusSteps(target),
    warnings: ['promotes the new release to all traffic at once, whatever its metrics say'],
    steps: [
      ...first,
      change(skipping, patch(true), { undo: patch(false) }),
      waitForPhase(target, 'Succeeded'),
      change('told Flagger to analyse again', patch(false), { settles: skipping }),
      ...release,
      say(`promoted; Flux delivers ${target.environment.name} as before`),
    ],
  };
}

async function planRollback(target: Target): Promise<Plan> {
  await requireDeciding(target);
  const { name } = target.environment;
  return {
    before: statusSteps(target),
    warnings: ['Flagger sends all traffic to the primary and stops the canary; Flux undoes none of it'],
    steps: [
      change('told Flagger that the canary has failed', [
        'patch',
        canary,
        ...inControl(target),
        '--subresource=status',
        ...mergePatch({ status: { failedChecks } }),
      ]),
      waitForPhase(target, 'Failed'),
      say(
        `rolled back; Git still names the release: revert its commit, or ${name} tries it again with the next change`,
      ),
    ],
  };
}

const statusSteps = (target: Target): readonly Step[] => [
  show('get', 'canaries.flagger.app', ...inControl(target), '-o', 'wide'),
  show('events', ...inControl(target), '--for', `canary.flagger.app/${names.receiverDeployment}`),
];

function planSplit(target: Target): Plan {
  requireSetting(target.environment, 'A/B test (rollout.abTesting)', ({ rollout }) => rollout.abTesting);
  const args = ['get', 'httproutes.gateway.networking.k8s.io', ...inControl(target), '-o', 'json'];
  return { steps: [{ kind: 'table', args, render: renderRoutes }] };
}

const timeout = { TIMEOUT: 'how long to wait for Flagger, 10m unless given' } as const;

/** Verbs of a rollout under way. */
export const canaryVerbs: readonly Verb[] = [
  {
    name: 'canary-status',
    environment: 'variable',
    group: 'Canary',
    does: 'show the phase and weight of the canary, and its last events',
    risk: 'reads',
    plan: (target) => ({ steps: statusSteps(target) }),
  },
  {
    name: 'canary-describe',
    environment: 'variable',
    group: 'Canary',
    does: 'show everything about the canary',
    risk: 'reads',
    plan: (target) => ({ steps: [show('describe', canary, ...inControl(target))] }),
  },
  {
    name: 'canary-promote',
    environment: 'variable',
    group: 'Canary',
    does: 'promote the new release now, without the rest of its analysis',
    variables: timeout,
    risk: 'destroys',
    plan: planPromote,
  },
  {
    name: 'canary-rollback',
    environment: 'variable',
    group: 'Canary',
    does: 'send all traffic back to the release before',
    variables: timeout,
    risk: 'destroys',
    plan: planRollback,
  },
  {
    name: 'ab-split-status',
    environment: 'variable',
    group: 'Canary',
    does: 'show which header leads to which release, with weights',
    risk: 'reads',
    plan: planSplit,
  },
];
