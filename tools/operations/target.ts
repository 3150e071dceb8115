import { ConfigurationError, type Environment, findEnvironment } from '../../stacks/index.ts';
import type { Outcome } from './kubectl.ts';

/**
 * The environment that a person means: the one that is named, else the only one whose cluster has the context in use.
 * @throws ConfigurationError naming the environments
 */
export function chooseEnvironment(
  environments: readonly Environment[],
  name: string,
  currentContext: string,
): Environment {
  if (name !== '') return findEnvironment(environments, name);
  const here = environments.filter(({ cluster }) => cluster.context === currentContext);
  const [only] = here;
  if (only !== undefined && here.length === 1) return only;
  const known = (here.length === 0 ? environments : here).map((environment) => environment.name).join(', ');
  const place = currentContext === '' ? 'no current context' : `context ${currentContext}`;
  const meaning = here.length === 0 ? 'which no environment has' : 'which several have';
  throw new ConfigurationError([`environment: got no ENV and ${place}, ${meaning}, allowed ${known}; add ENV=name`]);
}

/** kubectl arguments that tell which environment a cluster holds: its namespaces are labelled with the name. */
export const environmentLabelArguments = ({ namespaces }: Environment): readonly string[] => [
  'get',
  'namespace',
  namespaces.control,
  '--ignore-not-found',
  '-o',
  'jsonpath={.metadata.name}={.metadata.labels.environment}',
];

/** @throws ConfigurationError when the cluster does not hold the environment */
export function checkCluster(environment: Environment, context: string, { code, stdout, stderr }: Outcome): void {
  const { name, namespaces, cluster } = environment;
  if (code !== 0) {
    throw new ConfigurationError([
      `context ${context}: got ${stderr.trim() || 'no answer'}, allowed the cluster of ${name} (${cluster.context}); CONTEXT=name names another context`,
    ]);
  }
  const holder = stdout.slice(stdout.indexOf('=') + 1);
  if (stdout === '') {
    throw new ConfigurationError([
      `context ${context}: got no namespace ${namespaces.control}, allowed the cluster of ${name}; choose it with CONTEXT=name, or prepare this one with make cluster-prepare ENV=${name}`,
    ]);
  }
  if (holder !== name) {
    const held = holder === '' ? 'no environment' : `environment ${holder}`;
    throw new ConfigurationError([
      `context ${context}: got ${held} in namespace ${namespaces.control}, allowed ${name}; choose the cluster of ${name} with CONTEXT=name`,
    ]);
  }
}
