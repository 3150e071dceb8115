import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { alerts } from '../../charts/rules/alerts.ts';
import { allNamespaces } from '../../charts/workloads.ts';
import { type Environment, findEnvironment, readEnvironments } from '../../stacks/index.ts';
import { locateControlPlane } from '../../tools/real-parts/locate.ts';
import { renderExports, shellVariables } from '../../tools/shell-variables.ts';
import { readRunbooks, type Runbook } from '../runbook.ts';
import { readManifests } from './committed-manifests.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { readForeignCrds } from './foreign-crds.ts';
import { parseObject } from './kubernetes-object.ts';
import { givenNames, namespacesOfPlatform, operatedObjects } from './operated-objects.ts';

const fieldManager = 'flux';
const path = [dirname(locateControlPlane()?.kubectl ?? ''), process.env['PATH'] ?? ''].join(delimiter);

/** What a kubectl command does, by its first word after the cluster and the namespace. */
const effects = {
  get: 'reads',
  describe: 'reads',
  events: 'reads',
  auth: 'reads',
  rollout: 'reads',
  delete: 'changes',
  patch: 'changes',
  create: 'changes',
  logs: 'runs',
  exec: 'runs',
  'port-forward': 'runs',
  top: 'runs',
} as const;

/**
 * No container runs here and nobody measures one: what kubectl says once it has found the pods, and the containers that
 * the command names, and would begin.
 */
const beginnings: Readonly<Record<string, RegExp>> = {
  // a pod without a node has an empty log
  logs: /^$/,
  exec: /does not have a host assigned/,
  'port-forward': /pod is not running. Current status=Pending/,
  top: /Metrics API not available/,
};

/** Kinds of which there may be none at the moment. */
const mayBeMissing: readonly RegExp[] = [
  / get (events|leases|canaries|metrictemplates|brokers|vhosts|queues|rabbitmqclusters|policies|horizontalpodautoscalers|ingresses|podmonitors)/,
  / events /,
  / describe (replicasets|poddisruptionbudgets)/,
];

interface Result {
  readonly code: number | null;
  readonly output: string;
}

/** A line as a person pastes it into a shell. */
async function runLine(line: string, cwd: string, variables: Readonly<Record<string, string>>): Promise<Result> {
  const child = spawn('bash', ['-o', 'pipefail', '-c', line], { cwd, env: { ...variables, PATH: path, HOME: cwd } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  return { code, output };
}

const firstWord = (command: string): string =>
  /^kubectl --context \$CLUSTER (?:-n \S+ )?(\S+)/.exec(command)?.[1] ?? '';

/** The line with a dry run wherever it changes objects. */
const asDryRun = (line: string): string =>
  line.replaceAll(/(kubectl --context \$CLUSTER (?:-n \S+ )?(?:delete|patch|apply)) /g, '$1 --dry-run=server ');

const isKnown = (word: string): word is keyof typeof effects => word in effects;

/** Whether a command did what it is for, by its effect. */
const succeeded = {
  reads: (command: string, { code, output }: Result): boolean =>
    code === 0 && (!/No resources found/i.test(output) || mayBeMissing.some((pattern) => pattern.test(command))),
  changes: (command: string, { code }: Result): boolean => code === 0 && asDryRun(command) !== command,
  runs: (command: string, { output }: Result): boolean => beginnings[firstWord(command)]?.test(output) ?? false,
} as const;

/** What is wrong with the outcome of a command; nothing when it did what it is for. */
function faultsOf(command: string, result: Result): readonly string[] {
  const word = firstWord(command);
  if (!isKnown(word)) return [`${command}\n  ${word} is not among the known commands`];
  const said = `${command}\n  exit code ${result.code}: ${result.output.trim()}`;
  return succeeded[effects[word]](command, result) ? [] : [said];
}

const isFor = (environment: Environment, { name }: Runbook): boolean => alerts.get(name)?.when?.(environment) ?? true;

const pages = readRunbooks();
const kubectlCommands = (of: readonly Runbook[]): readonly string[] => [
  ...new Set(of.flatMap(({ commands }) => commands.filter((command) => command.startsWith('kubectl ')))),
];

function identify(object: object): string {
  const { kind, metadata } = parseObject(object);
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}

const workload = z.looseObject({
  spec: z.looseObject({ replicas: z.int().optional() }),
  status: z.looseObject({ replicas: z.int().default(0) }).default({ replicas: 0 }),
});

// a tier with a canary, an owner of its broker, a receiver that Knative runs
describe.each(['prd', 'studio', 'pro'])('commands of the runbooks in %s', (name) => {
  const environment = findEnvironment(readEnvironments(), name);
  const commands = kubectlCommands(pages.filter((page) => isFor(environment, page)));
  const manifests = ['shared', `clusters/${environment.cluster.name}`, name].flatMap(readManifests);
  let controlPlane: ControlPlane;
  const folder = mkdtempSync(join(tmpdir(), 'runbooks-'));
  let run: (line: string) => Promise<Result>;

  async function applyAll(objects: readonly object[]): Promise<void> {
    for (const object of objects) await controlPlane.admin.apply(object, { fieldManager, force: true });
  }

  async function allPodsAreMade(): Promise<boolean> {
    const kinds = ['Deployment', 'StatefulSet'].map((kind) => controlPlane.admin.list({ apiVersion: 'apps/v1', kind }));
    const all = (await Promise.all(kinds)).flat().map((object) => workload.parse(object));
    return all.every(({ spec, status }) => status.replicas === (spec.replicas ?? 1));
  }

  beforeAll(async () => {
    controlPlane = await startControlPlane({ crds: readForeignCrds() });
    await applyAll(namespacesOfPlatform(environment));
    await applyAll(manifests);
    const identities = new Set(manifests.map(identify));
    await applyAll(operatedObjects(environment).filter((object) => !identities.has(identify(object))));
    await eventually(allPodsAreMade, { intervalMs: 250, giveUp: controlPlane.failure });
    for (const [ending, file] of Object.entries({ crt: 'apiserver.crt', key: 'apiserver.key' })) {
      cpSync(join(dirname(controlPlane.kubeconfig), 'certificates', file), join(folder, `new.${ending}`));
    }
    const variables = { KUBECONFIG: controlPlane.kubeconfig };
    const context = (await runLine('kubectl config current-context', folder, variables)).output.trim();
    const exports = renderExports({ ...shellVariables(environment, context), ...givenNames });
    run = async (line) => runLine(`${exports}${line}`, folder, variables);
  });

  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await controlPlane.stop();
  });

  test('are accepted by kubectl and the API server, and find what they look for', async () => {
    const faults: string[] = [];
    const waiting = [...commands];
    const work = async (): Promise<void> => {
      for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) {
        faults.push(...faultsOf(command, await run(asDryRun(command))));
      }
    };
    await Promise.all([work(), work(), work()]);
    expect(faults).toEqual([]);
    expect(commands.length).toBeGreaterThan(130);
  });

  test('answer questions about rights with yes', async () => {
    const questions = commands.filter((command) => firstWord(command) === 'auth');
    const answers = await Promise.all(questions.map(async (question) => (await run(question)).output.trim()));
    expect(answers).toEqual(questions.map(() => 'yes'));
  });

  test('fails each of them where no environment was chosen', async () => {
    const [command = ''] = commands;
    const { code, output } = await runLine(command, folder, { KUBECONFIG: controlPlane.kubeconfig });
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('context') });
    expect(allNamespaces(environment)).toContain(shellVariables(environment)['CONTROL']);
  });
});
