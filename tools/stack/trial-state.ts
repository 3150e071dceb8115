import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, projectRoot } from '../../stacks/index.ts';
import { readValues } from '../secret-input.ts';
import { pulumi } from './pulumi.ts';

/** Where a stack's state is, and what the Pulumi CLI must be told to use it. */
export interface StackState {
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

const passphrase = 'PULUMI_CONFIG_PASSPHRASE';
const isGiven = (name: string): boolean => process.env[name] !== undefined;

/** Folder of the user, outside the checkout, for stacks that are only tried. */
function trialFolder(): string {
  const { XDG_STATE_HOME: given = '' } = process.env;
  return join(given === '' ? join(homedir(), '.local', 'state') : given, 'knative-lambda', 'pulumi');
}

/** @throws ConfigurationError without a variable and without a terminal */
async function readPassphrase(): Promise<StackState['variables']> {
  if (isGiven(passphrase) || isGiven(`${passphrase}_FILE`)) return {};
  if (!process.stdin.isTTY) {
    throw new ConfigurationError([
      `passphrase of the state: got no terminal to ask on, allowed ${passphrase} or ${passphrase}_FILE; set one of them`,
    ]);
  }
  const values = await readValues([passphrase]);
  return { [passphrase]: values.get(passphrase) ?? '' };
}

/**
 * Makes the stack where it is not there yet: in the backend of PULUMI_BACKEND_URL, else in a folder of the user's
 * state, with a configuration of its own so that the checkout stays as it is.
 */
export async function prepareState(stack: string): Promise<StackState> {
  const { PULUMI_BACKEND_URL: chosen = '' } = process.env;
  if (chosen !== '') {
    process.stderr.write(`state: ${chosen}\n`);
    await pulumi(['stack', 'select', stack, '--create']);
    return { args: [], variables: {} };
  }
  const folder = trialFolder();
  const [states, project] = [join(folder, 'state'), join(folder, 'project')];
  [states, project].forEach((path) => mkdirSync(path, { recursive: true }));
  process.stderr.write(`state: file://${states}, for trying; PULUMI_BACKEND_URL names another\n`);
  const variables = { PULUMI_BACKEND_URL: `file://${states}`, ...(await readPassphrase()) };
  const file = `Pulumi.${stack}.yaml`;
  cpSync(join(projectRoot, 'Pulumi.yaml'), join(project, 'Pulumi.yaml'));
  if (existsSync(join(projectRoot, file)) && !existsSync(join(project, file))) {
    cpSync(join(projectRoot, file), join(project, file));
  }
  await pulumi(['stack', 'select', stack, '--create', '--cwd', project], variables);
  return { args: ['--config-file', join(project, file)], variables };
}
