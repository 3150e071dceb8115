import { ConfigurationError } from '../../stacks/index.ts';
import { confirm } from './confirm.ts';
import type { Kubectl, Outcome } from './kubectl.ts';
import { checkCluster, environmentLabelArguments } from './target.ts';
import type { Change, Step, Target, Verb } from './verb.ts';

type Place = Pick<Target, 'environment' | 'variables' | 'now'>;

/**
 * Runs a verb on one environment: looks whether this is its cluster, plans, asks, does.
 * @throws ConfigurationError saying what was refused, or what was done before a failure and how to get back
 */
export async function operate(verb: Verb, place: Place, kubectl: Kubectl): Promise<void> {
  const { environment, variables } = place;
  const done: Change[] = [];
  const steps = await kubectl.heedSignals(() => prepare(verb, place, kubectl));
  await confirm({ verb: verb.name, risk: verb.risk, environment, yes: variables['YES'] });
  await kubectl.heedSignals(async () => {
    for (const step of steps) await take(step, done, kubectl);
  });
}

/** What is to be done, once this is known to be the cluster of the environment. */
async function prepare(verb: Verb, place: Place, kubectl: Kubectl): Promise<readonly Step[]> {
  const { environment } = place;
  checkCluster(environment, kubectl.context, await kubectl.read(environmentLabelArguments(environment)));
  const look = async (args: readonly string[]): Promise<string> => {
    const outcome = await kubectl.read(args);
    refuse(outcome, { args }, [], kubectl);
    return outcome.stdout;
  };
  const { before = [], warnings = [], steps } = await verb.plan({ ...place, look });
  for (const step of before) await take(step, [], kubectl);
  const announced = steps.flatMap((step) => (step.kind === 'change' ? [`  ${kubectl.line(step.args)}`] : []));
  if (announced.length > 0) process.stderr.write(`${[...warnings, 'will run:', ...announced].join('\n')}\n`);
  return steps;
}

async function take(step: Step, done: Change[], kubectl: Kubectl): Promise<void> {
  switch (step.kind) {
    case 'say':
      process.stdout.write(`${step.text}\n`);
      return;
    case 'table': {
      const outcome = await kubectl.read(step.args);
      refuse(outcome, step, done, kubectl);
      process.stdout.write(step.render(outcome.stdout));
      return;
    }
    case 'show': {
      const outcome = await kubectl.run(step.args);
      if (step.differs === true && outcome.code === 1) process.exitCode = 1;
      else refuse(outcome, step, done, kubectl);
      return;
    }
    case 'open': {
      const outcome = await kubectl.run(step.args);
      if (!kubectl.interrupted) refuse(outcome, step, done, kubectl);
      return;
    }
    case 'change':
      refuse(await kubectl.run(step.args), step, done, kubectl);
      note(step, done);
  }
}

function note(step: Change, done: Change[]): void {
  const settled = done.findIndex(({ did }) => did === step.settles);
  if (settled >= 0) done.splice(settled, 1);
  else done.push(step);
}

/** @throws ConfigurationError when the command failed or ctrl-C stopped it */
function refuse(
  { code, stderr }: Outcome,
  { args }: { readonly args: readonly string[] },
  done: readonly Change[],
  kubectl: Kubectl,
): void {
  if (code === 0 && !kubectl.interrupted) return;
  const end = kubectl.interrupted ? 'stopped by a signal' : `exit code ${code}`;
  throw new ConfigurationError([
    ...(stderr === '' ? [] : [stderr.trim()]),
    `${kubectl.line(args)}: ${end}`,
    ...wayBack(done, kubectl),
  ]);
}

function wayBack(done: readonly Change[], kubectl: Kubectl): readonly string[] {
  if (done.length === 0) return ['nothing was changed before it'];
  const undo = done.toReversed().flatMap((step) => (step.undo === undefined ? [] : [`  ${kubectl.line(step.undo)}`]));
  return [
    'done before it:',
    ...done.map(({ did }) => `  ${did}`),
    ...(undo.length === 0 ? [] : ['to get back:', ...undo]),
  ];
}
