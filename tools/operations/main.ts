import { spawnSync } from 'node:child_process';
import { ConfigurationError, type Environment, findEnvironment, readEnvironments } from '../../stacks/index.ts';
import { runCommand } from '../command.ts';
import { Kubectl } from './kubectl.ts';
import { operate } from './operate.ts';
import { chooseEnvironment } from './target.ts';
import { usageOf } from './usage.ts';
import { type Call, parseCall, shownName, verbs } from './verbs.ts';

const [word = ''] = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const call = parseCall(word);
const variables = process.env;
const given = (name: string): string => variables[name] ?? '';

/** What the kubeconfig says; empty when it says nothing. */
function readConfig(...args: readonly string[]): string {
  const { status, stdout } = spawnSync('kubectl', ['config', ...args], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : '';
}

const contextOf = ({ cluster }: Environment): string => (given('CONTEXT') === '' ? cluster.context : given('CONTEXT'));

async function runOnOne({ verb, environment }: Call): Promise<void> {
  const name = environment === '' ? given('ENV') : environment;
  const chosen =
    verb.environment === 'suffix'
      ? findEnvironment(readEnvironments(), name)
      : chooseEnvironment(readEnvironments(), name, name === '' ? currentContext() : '');
  await operate(verb, { environment: chosen, variables, now: new Date() }, new Kubectl(contextOf(chosen)));
}

const currentContext = (): string => (given('CONTEXT') === '' ? readConfig('current-context') : given('CONTEXT'));

/** Environments one after the other; the first failure ends it and says which are done. */
async function runOnAll({ verb }: Call): Promise<void> {
  const contexts = new Set(readConfig('get-contexts', '-o', 'name').split('\n'));
  const there = readEnvironments().filter(({ cluster }) => contexts.has(cluster.context));
  const missing = readEnvironments().filter((one) => !there.includes(one));
  for (const { name, cluster } of missing) process.stderr.write(`${name}: left out, no context ${cluster.context}\n`);
  const done: string[] = [];
  for (const environment of there) {
    process.stderr.write(`${environment.name}:\n`);
    try {
      await operate(verb, { environment, variables, now: new Date() }, new Kubectl(environment.cluster.context));
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      const left = there.slice(done.length + 1).map(({ name }) => name);
      throw new ConfigurationError([
        error.message,
        `${environment.name}: failed; done: ${done.join(', ') || 'none'}; not begun: ${left.join(', ') || 'none'}`,
      ]);
    }
    done.push(environment.name);
  }
  if (there.length === 0) {
    throw new ConfigurationError([
      'contexts: got none of an environment, allowed those that cluster.context in stacks/ names; add one to the kubeconfig',
    ]);
  }
}

await runCommand(usageOf(call?.verb), async () => {
  if (call === undefined) {
    throw new ConfigurationError([
      `verb: got ${word === '' ? 'nothing' : word}, allowed ${verbs.map(shownName).join(', ')}; make help lists them`,
    ]);
  }
  await (call.verb.environment === 'all' ? runOnAll(call) : runOnOne(call));
});
