import * as pulumi from '@pulumi/pulumi';
import { findEnvironment, readEnvironments } from '../stacks/index.ts';
import type { StackOutputs } from './outputs.ts';
import { toRunError } from './run-error.ts';
import { buildStack, type StackConfiguration } from './stack.ts';

function readConfiguration(): StackConfiguration {
  const configuration = new pulumi.Config();
  // Pulumi.yaml declares both with an empty default, which stands for none
  const given = (['context', 'oidcIssuer'] as const).map((key) => [key, configuration.get(key) ?? ''] as const);
  const keepOnDestroy = configuration.getBoolean('keepOnDestroy') ?? true;
  return { ...Object.fromEntries(given.filter(([, value]) => value !== '')), keepOnDestroy };
}

/** The stack's name is the environment's. */
async function run(): Promise<StackOutputs> {
  try {
    const all = readEnvironments();
    return await buildStack(findEnvironment(all, pulumi.getStack()), all, readConfiguration());
  } catch (error) {
    throw toRunError(error);
  }
}

// which outputs there are is known only here, and Pulumi warns of a named one that has no value
export default await run();
