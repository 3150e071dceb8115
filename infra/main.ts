import * as pulumi from '@pulumi/pulumi';
import { ConfigurationError, findEnvironment, readEnvironments } from '../stacks/index.ts';
import { buildStack, type StackConfiguration, type StackOutputs } from './stack.ts';

function readConfiguration(): StackConfiguration {
  const configuration = new pulumi.Config();
  const context = configuration.get('context');
  const oidcIssuer = configuration.get('oidcIssuer');
  return { ...(context === undefined ? {} : { context }), ...(oidcIssuer === undefined ? {} : { oidcIssuer }) };
}

/** The stack's name is the environment's. */
async function run(): Promise<StackOutputs> {
  try {
    const all = readEnvironments();
    return await buildStack(findEnvironment(all, pulumi.getStack()), all, readConfiguration());
  } catch (error) {
    throw error instanceof ConfigurationError ? new pulumi.RunError(error.message) : error;
  }
}

export const outputs = await run();
