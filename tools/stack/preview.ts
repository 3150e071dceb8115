import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ConfigurationError, type Environment, projectRoot } from '../../stacks/index.ts';
import { toCommandLine } from '../operations/kubectl.ts';
import { pulumi } from './pulumi.ts';
import { prepareState } from './trial-state.ts';

/** Why no cluster answers at the context; undefined when one does. */
function reasonForNoCluster(context: string): string | undefined {
  const args = ['--context', context, 'get', '--raw', '/version', '--request-timeout', '5s'];
  process.stderr.write(`${toCommandLine('kubectl', args)}\n`);
  const { status, stderr, error } = spawnSync('kubectl', args, { encoding: 'utf8' });
  if (error !== undefined) return `kubectl: ${error.message}`;
  return status === 0 ? undefined : (stderr.trim().split('\n').at(-1) ?? `exit code ${status}`);
}

function runNode(args: readonly string[], variables: Readonly<Record<string, string>>): void {
  const options = { cwd: projectRoot, stdio: 'inherit', env: { ...process.env, ...variables } } as const;
  const { status } = spawnSync(process.execPath, args, options);
  if (status !== 0) throw new ConfigurationError([`node ${args.join(' ')}: exit code ${status}`]);
}

/** Writes the objects that the stack delivers, by Flux or by itself, and what it asks AWS for. */
function render({ name }: Environment, output: string): void {
  const variables = { ENV: name, OUT: output };
  runNode(['tools/bundle.mjs'], {});
  runNode(['dist/synth.cjs'], variables);
  runNode(['--import', 'tsx', 'tools/cloud/main.ts'], variables);
}

/** Shows what an update would do; without a cluster to compare with, writes what it would apply. */
export async function previewStack(environment: Environment): Promise<void> {
  const { name, cluster } = environment;
  const { CONTEXT: given = '', OUT: out = '' } = process.env;
  const context = given === '' ? cluster.context : given;
  const { args, variables } = await prepareState(name);
  const reason = reasonForNoCluster(context);
  if (reason === undefined) {
    const chosen = given === '' ? [] : ['--config', `context=${given}`];
    await pulumi(['preview', '--stack', name, ...args, ...chosen], variables);
    return;
  }
  const output = out === '' ? join(projectRoot, 'dist', 'preview') : out;
  process.stderr.write(`no cluster at context ${context}: ${reason}\n`);
  render(environment, output);
  process.stdout.write(`${name}: rendered to ${output}, since no cluster can be compared with; nothing was applied\n`);
}
