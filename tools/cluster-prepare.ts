import { spawnSync } from 'node:child_process';
import { join, relative } from 'node:path';
import { allNamespaces } from '../charts/workloads.ts';
import {
  ConfigurationError,
  type Environment,
  findEnvironment,
  projectRoot,
  readEnvironments,
} from '../stacks/index.ts';
import { runCommand } from './command.ts';

const usage = `usage: make cluster-prepare ENV=name [CONTEXT=name]

Applies what must exist before the objects of an environment: the custom resources and cluster roles that all
environments share, and the namespaces of this one. Runs kubectl on the current context, which must be the one
that stacks/ names for the environment; CONTEXT=name allows another one.
`;

function kubectl(context: string, args: readonly string[]): string {
  const all = ['--context', context, ...args];
  process.stderr.write(`kubectl ${all.join(' ')}\n`);
  const { status, stdout, stderr, error } = spawnSync('kubectl', all, { encoding: 'utf8' });
  if (error !== undefined) {
    throw new ConfigurationError([`kubectl: ${error.message}; install it and put it on the PATH`]);
  }
  if (status !== 0) {
    throw new ConfigurationError([`kubectl: exit code ${status}: ${stderr.trim()}`]);
  }
  return stdout;
}

/** Two environments that stand in for each other share their namespaces: the one that is there must go first. */
function refuseOtherEnvironment(context: string, { name }: Environment, namespace: string): void {
  const label = '{.metadata.labels.environment}';
  const holder = kubectl(context, ['get', 'namespace', namespace, '--ignore-not-found', '-o', `jsonpath=${label}`]);
  if (holder !== '' && holder !== name) {
    throw new ConfigurationError([
      `namespace ${namespace}: got environment ${holder}, allowed ${name} or none; remove ${holder} from this cluster first`,
    ]);
  }
}

await runCommand(usage, () => {
  const environment = findEnvironment(readEnvironments(), process.env['ENV'] ?? '');
  const given = process.env['CONTEXT'] ?? '';
  const context = given === '' ? environment.cluster.context : given;
  allNamespaces(environment).forEach((namespace) => refuseOtherEnvironment(context, environment, namespace));
  const apply = ['apply', '--server-side', '--field-manager', 'flux'];
  const folder = relative(process.cwd(), join(projectRoot, 'manifests'));
  // without the dashboards: their namespace is made by the monitoring stack, which may come later
  const shared = ['crds', 'cluster-roles'].flatMap((name) => ['-f', join(folder, 'shared', `${name}.yaml`)]);
  process.stdout.write(kubectl(context, [...apply, ...shared]));
  process.stdout.write(kubectl(context, [...apply, '-f', join(folder, environment.name, 'namespace.yaml')]));
});
