import { z } from 'zod';
import { ConfigurationError } from '../../stacks/index.ts';
import { PreviewFailure } from './failure.ts';
import { type Ending, run } from './run.ts';

/** What an update would do to one resource. */
export interface Step {
  /** create, update, replace, delete, or what else the engine calls it. */
  readonly operation: string;
  /** Type of Pulumi, as aws:s3/bucket:Bucket. */
  readonly type: string;
  readonly name: string;
  /** Properties for which it is done. */
  readonly properties: readonly string[];
}

/** What `pulumi up` would do to a stack, compared with its state. */
export interface Plan {
  readonly stack: string;
  readonly steps: readonly Step[];
}

export interface PlanOptions {
  /** Folder with Pulumi.yaml. */
  readonly root: string;
  /** Names of environments. */
  readonly stacks: readonly string[];
  /** Variables of the CLI beside those of this process. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Go writes an empty list as null. */
const names = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);

const previewSchema = z.looseObject({
  steps: z
    .array(
      z.looseObject({
        op: z.string(),
        urn: z.string(),
        diffReasons: names,
        replaceReasons: names,
        detailedDiff: z.record(z.string(), z.unknown()).nullish(),
      }),
    )
    .nullish(),
});

const stacksSchema = z.array(z.looseObject({ name: z.string() }));

/** Operations that are no change, or halves of one that is told as a replace. */
const unremarkable: ReadonlySet<string> = new Set([
  'same',
  'read',
  'refresh',
  'create-replacement',
  'delete-replaced',
  'discard-replaced',
]);

/** Type and name in `urn:pulumi:<stack>::<project>::<types of parents and its own>::<name>`. */
function parseUrn(urn: string): Pick<Step, 'type' | 'name'> {
  const [, , types = '', ...name] = urn.split('::');
  return { type: types.split('$').at(-1) ?? types, name: name.join('::') };
}

/** Steps of `pulumi preview --json`; values are left out, since some are secret. */
export function parseSteps(output: string): readonly Step[] {
  const { steps } = previewSchema.parse(JSON.parse(output));
  return (steps ?? [])
    .map(({ op, urn, diffReasons, replaceReasons, detailedDiff }) => ({
      operation: op,
      ...parseUrn(urn),
      properties: [...new Set([...replaceReasons, ...diffReasons, ...Object.keys(detailedDiff ?? {})])].toSorted(),
    }))
    .filter(({ operation, type }) => !unremarkable.has(operation) && !type.startsWith('pulumi:'));
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.trim() ?? '';

async function pulumi({ root, variables }: PlanOptions, ...words: readonly string[]): Promise<Ending> {
  const quiet = { PULUMI_SKIP_UPDATE_CHECK: 'true', ...variables };
  try {
    return await run({
      words: ['pulumi', ...words, '--non-interactive', '--color=never'],
      folder: root,
      variables: quiet,
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError([
      `ENGINE: got no Pulumi CLI (${message}), allowed one on the PATH; install it as docs/operations/pulumi.md says, or leave ENGINE out`,
    ]);
  }
}

/**
 * What the Pulumi CLI would do to each of these stacks that its backend has. Nothing is changed.
 * @throws ConfigurationError without a CLI, a login or a stack
 * @throws PreviewFailure where a stack cannot be previewed, with what the CLI printed
 */
export async function readPlans(options: PlanOptions): Promise<readonly Plan[]> {
  const who = await pulumi(options, 'whoami');
  if (who.code !== 0) {
    throw new ConfigurationError([
      `ENGINE: got a Pulumi CLI that is not logged in (${lastLine(who.errors)}), allowed one that is; run pulumi login, or leave ENGINE out`,
    ]);
  }
  const plans: Plan[] = [];
  // one after the other: each runs the program and asks the cloud
  for (const stack of await presentStacks(options)) plans.push(await readPlan(options, stack));
  return plans;
}

async function presentStacks(options: PlanOptions): Promise<readonly string[]> {
  const { code, output, errors } = await pulumi(options, 'stack', 'ls', '--json');
  if (code !== 0) throw new PreviewFailure('head', 'pulumi stack ls failed', errors.trim());
  // in a backend with organisations their name stands before
  const present = stacksSchema.parse(JSON.parse(output)).map(({ name }) => name.split('/').at(-1));
  const found = options.stacks.filter((stack) => present.includes(stack));
  if (found.length > 0) return found;
  throw new ConfigurationError([
    `ENGINE: got no stack in the backend of the Pulumi CLI, allowed ${options.stacks.join(', ')}; pulumi login to the one that has them, or leave ENGINE out`,
  ]);
}

async function readPlan(options: PlanOptions, stack: string): Promise<Plan> {
  const { code, output, errors } = await pulumi(options, 'preview', '--stack', stack, '--json');
  if (code === 0) return { stack, steps: parseSteps(output) };
  throw new PreviewFailure('head', `pulumi preview of the stack ${stack} failed`, `${errors}${output}`.trim());
}
