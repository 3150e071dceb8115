import { type Condition, conditionTypes, type LambdaFunction, type LambdaFunctionStatus } from '../api/index.ts';
import { type Judgement, judge as judgeAs, progress, timed } from '../conditions/judgement.ts';
import { canonicalJson } from '../specs/applied-object.ts';
import { type BuildFacts, buildFinding, buildStatus } from './build-state.ts';
import { type DeployFacts, deployFinding, serviceStatus } from './deploy-state.ts';
import { type ExposeFacts, exposeFinding } from './expose-state.ts';
import { finding, type Finding } from './finding.ts';
import type { PinDecision } from './pin.ts';
import { fetchFailure, type SourceFacts, sourceFinding } from './source-state.ts';

/** All that the status of a function is made from. */
export interface FunctionFacts {
  readonly function: LambdaFunction;
  readonly source: SourceFacts;
  /** What the source resolved to, and when. */
  readonly resolution: LambdaFunctionStatus['sourceStatus'];
  readonly build: BuildFacts;
  readonly deploy: DeployFacts;
  readonly expose: ExposeFacts;
  readonly pin: Pick<PinDecision, 'pinnedTo' | 'pinnedGeneration'>;
  readonly isRebuildAvailable: boolean;
  readonly areSecretsWatched: boolean;
  /** Fields that ask in vain, as `fieldsWithoutEffect` says. */
  readonly ineffective: readonly string[];
  readonly now: Date;
}

/** The status of a function. The same facts give the same status, so that an unchanged one is never written. */
export function functionStatus(facts: FunctionFacts): LambdaFunctionStatus {
  const { function: fn, build, deploy, pin, resolution } = facts;
  const before = fn.status ?? {};
  const steps = stepFindings(facts);
  const built = buildStatus(build, before.buildStatus);
  const service = serviceStatus(deploy, before.serviceStatus);
  const pinned = {
    ...(pin.pinnedTo === undefined ? {} : { pinnedTo: pin.pinnedTo }),
    ...(pin.pinnedGeneration === undefined ? {} : { pinnedGeneration: pin.pinnedGeneration }),
  };
  const { pinnedTo: _, pinnedGeneration: __, ...served } = service ?? {};
  const whole = { ...served, ...pinned };
  return {
    phase: phaseOf(steps),
    observedGeneration: fn.metadata.generation,
    ...(resolution === undefined ? {} : { sourceStatus: resolution }),
    ...(built === undefined ? {} : { buildStatus: built }),
    ...(Object.keys(whole).length === 0 ? {} : { serviceStatus: whole }),
    conditions: conditionsOf(facts, steps, service?.url ?? ''),
  };
}

/** The status of a function that somebody's finalizer holds after its deletion: what it was, and that it goes. */
export function deletingStatus(fn: LambdaFunction, now: Date): LambdaFunctionStatus {
  const before = fn.status?.conditions ?? [];
  const ready = finding('Ready', 'Deleting', {});
  const rest = before.filter(({ type }) => !['Ready', 'Reconciling', 'Stalled'].includes(type));
  return {
    ...fn.status,
    phase: 'Deleting',
    conditions: [...timed([judge('Ready', ready), ...progress(ready)], fn, now), ...rest],
  };
}

/** Whether writing the status would change nothing. */
export function isSameStatus(before: LambdaFunctionStatus | undefined, after: LambdaFunctionStatus): boolean {
  return canonicalJson(before ?? {}) === canonicalJson(after);
}

interface Steps {
  readonly source: Finding<'SourceReady'>;
  readonly build: Finding<'BuildReady'>;
  readonly deploy: Finding<'DeployReady'>;
  readonly expose: Finding<'ExposeReady'>;
}

/** Every step as it is; that the code could not be fetched is known from the pod of the build. */
function stepFindings({ function: fn, source, build, deploy, expose }: FunctionFacts): Steps {
  const failure = build.kind === 'job' ? fetchFailure(build.job, build.pods) : undefined;
  return {
    source: failure ?? sourceFinding(source),
    build: buildFinding(build),
    deploy: deployFinding(deploy, fn.metadata.name),
    expose: exposeFinding(expose),
  };
}

/** The first step that does not hold, of those that a function needs to serve. */
function firstOpen({ source, build, deploy }: Steps): Finding | undefined {
  const open = [source, build, deploy].filter(({ severity }) => severity !== 'done');
  return open.find(({ severity }) => severity === 'stalled') ?? open[0];
}

function phaseOf(steps: Steps): NonNullable<LambdaFunctionStatus['phase']> {
  const open = firstOpen(steps);
  if (open === undefined) return 'Ready';
  if (open.severity === 'stalled') return 'Failed';
  switch (open.condition) {
    case 'BuildReady':
      return open.reason === 'BuildQueued' ? 'Pending' : 'Building';
    case 'DeployReady':
      return 'Deploying';
    default:
      return 'Pending';
  }
}

function readyFinding(steps: Steps, url: string): Finding {
  const open = firstOpen(steps);
  if (open !== undefined) return open;
  const { expose } = steps;
  return expose.severity === 'retrying' || expose.severity === 'stalled'
    ? finding('Ready', 'ReadyWithoutEvents', { url, cause: expose.message })
    : finding('Ready', 'Ready', { url });
}

type ConditionName = (typeof conditionTypes)['LambdaFunction'][number];

function judge(type: ConditionName, found: Finding, status?: Condition['status']): Judgement {
  return judgeAs(type, found, status);
}

function conditionsOf(facts: FunctionFacts, steps: Steps, url: string): Condition[] {
  const { function: fn, now } = facts;
  const ready = readyFinding(steps, url);
  const judgements = [
    judge('Ready', ready),
    ...progress(ready),
    judge('SourceReady', steps.source),
    judge('BuildReady', steps.build),
    judge('DeployReady', steps.deploy),
    judge('ExposeReady', steps.expose),
    ...remarks(facts),
  ];
  return timed(judgements, fn, now);
}

/** What is worth knowing and holds nothing up: there only while it is so. */
function remarks({ areSecretsWatched, ineffective, isRebuildAvailable }: FunctionFacts): readonly Judgement[] {
  const fields = ineffective.join('; ');
  return [
    ...(isRebuildAvailable ? [judge('RebuildAvailable', finding('RebuildAvailable', 'RebuildAvailable', {}))] : []),
    ...(areSecretsWatched ? [] : [judge('SecretsWatched', finding('SecretsWatched', 'SecretsUnwatched', {}), 'False')]),
    ...(fields === ''
      ? []
      : [judge('SpecEffective', finding('SpecEffective', 'FieldsWithoutEffect', { fields }), 'False')]),
  ];
}
