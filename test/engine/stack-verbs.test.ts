import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { locateControlPlane } from '../../tools/real-parts/locate.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { eventually } from '../cluster/eventually.ts';
import { readForeignCrds } from '../cluster/foreign-crds.ts';
import { makePlatformNamespaces } from '../cluster/platform-namespaces.ts';
import { type Engine, type EngineRun, startEngine } from './engine.ts';

type Variables = Readonly<Record<string, string | undefined>>;

const source = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  name: 'homelab',
  namespace: 'flux-system',
};

const program = ['--import', 'tsx', 'tools/stack/main.ts'] as const;

describe('the verbs of a stack', () => {
  let controlPlane: ControlPlane;
  let engine: Engine;

  /** What a verb prints and how it ends; each answer waits for its question. */
  async function type(
    command: readonly [string, ...string[]],
    variables: Variables = {},
    answers: readonly string[] = [],
  ): Promise<EngineRun> {
    const [file, ...args] = command;
    const child = spawn(file, args, { cwd: engine.project, env: { ...engine.variables, ...variables } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    const ended = new Promise<EngineRun>((resolve, reject) => {
      child.on('error', reject).on('close', (exitCode) => resolve({ exitCode, output }));
    });
    for (const [index, answer] of answers.entries()) {
      await eventually(() => new RegExp(`(?:(?:to go on|PASSPHRASE): [^]*){${index + 1}}`).test(output));
      child.stdin.write(`${answer}\n`);
    }
    return ended;
  }

  const run = (verb: string, variables: Variables = {}): Promise<EngineRun> =>
    type([process.execPath, ...program, verb], { STACK: 'pro', ...variables });

  const runOnTerminal = (verb: string, answers: readonly string[], variables: Variables = {}): Promise<EngineRun> =>
    type(
      ['script', '--quiet', '--return', '--command', [process.execPath, ...program, verb].join(' '), '/dev/null'],
      { STACK: 'pro', ...variables },
      answers,
    );

  beforeAll(async () => {
    controlPlane = await startControlPlane({ crds: readForeignCrds(), controllerManager: false });
    await makePlatformNamespaces(controlPlane.admin);
    const kubectl = dirname(locateControlPlane()?.kubectl ?? '');
    engine = startEngine({ KUBECONFIG: controlPlane.kubeconfig, AWS_ACCESS_KEY_ID: '', AWS_PROFILE: '' }, [kubectl]);
  });

  afterAll(async () => {
    engine.dispose();
    await controlPlane.stop();
  });

  describe('for somebody who only tries', () => {
    let newcomer: Variables;

    beforeAll(() => {
      newcomer = { PULUMI_BACKEND_URL: undefined, XDG_STATE_HOME: join(engine.project, '..', 'user') };
    });

    test('make a state outside the checkout, and write the objects where there is no cluster', async () => {
      const before = readFileSync(join(engine.project, 'Pulumi.pro.yaml'), 'utf8');
      const { exitCode, output } = await run('stack-preview', newcomer);
      expect(output).toContain('no cluster at context homelab-pro');
      expect(output).toContain('nothing was applied');
      expect(exitCode).toBe(0);
      const rendered = join(engine.project, 'dist', 'preview');
      expect(readdirSync(rendered).toSorted()).toEqual(['clusters', 'pro', 'shared']);
      expect(existsSync(join(rendered, 'pro', 'operator.yaml'))).toBe(true);
      expect(readdirSync(join(engine.project, '..', 'user', 'knative-lambda', 'pulumi'))).toEqual(['project', 'state']);
      expect(readFileSync(join(engine.project, 'Pulumi.pro.yaml'), 'utf8')).toBe(before);
    });

    test('ask for the passphrase, and preview where there is a cluster', async () => {
      const CONTEXT = /"current-context":\s*"([^"]+)"/.exec(readFileSync(controlPlane.kubeconfig, 'utf8'))?.[1] ?? '';
      const variables = { ...newcomer, PULUMI_CONFIG_PASSPHRASE: undefined, CONTEXT };
      const { exitCode, output } = await runOnTerminal('stack-preview', ['only for this test'], variables);
      expect(output).toContain('flux-system/pro-04-knative-instances');
      expect(output).not.toContain('only for this test');
      expect(exitCode).toBe(0);
    });

    test('fail without a passphrase where nobody can be asked', async () => {
      const { exitCode, output } = await run('stack-preview', { ...newcomer, PULUMI_CONFIG_PASSPHRASE: undefined });
      expect(output).toContain('allowed PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE; set one of them');
      expect(exitCode).toBe(1);
    });
  });

  test.each(['up', 'destroy'])(
    'fail to %s where nobody can be asked, and with an answer for another stack',
    async (verb) => {
      await engine.run('stack', 'select', 'pro', '--create');
      const silent = await run(verb);
      expect(silent.output).toMatch(
        /got no terminal to ask on, allowed YES=pro; add it to go on without a question\n$/,
      );
      expect(silent.exitCode).toBe(1);
      const other = await run(verb, { YES: 'studio' });
      expect(other.output).toMatch(/YES: got studio, allowed pro; nothing was changed\n$/);
      expect(other.exitCode).toBe(1);
    },
  );

  test('bring the cluster to the settings, and say how it differs from them', async () => {
    const first = await run('up', { YES: 'pro' });
    expect(first.output).toContain('pulumi up --stack pro --yes');
    expect(first.exitCode).toBe(0);
    expect(await run('stack-diff')).toMatchObject({ exitCode: 0 });
    const path = '/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories/homelab';
    await controlPlane.admin.request('PATCH', path, { spec: { interval: '1h' } }, 'application/merge-patch+json');
    const differing = await run('stack-diff');
    expect(differing.output).toMatch(/interval\s*: "5m" => "1h"/);
    expect(differing.exitCode).toBe(1);
  });

  test('ask once before they destroy, and keep everything for another answer', async () => {
    const kept = await runOnTerminal('destroy', ['no']);
    expect(kept.output).toContain('got no, allowed yes; nothing was changed');
    expect(kept.exitCode).toBe(1);
    await expect(controlPlane.admin.get(source)).resolves.toBeDefined();
    const gone = await runOnTerminal('destroy', ['yes']);
    expect(gone.output).toContain('pulumi destroy --stack pro --yes --skip-preview');
    expect(gone.exitCode).toBe(0);
    await expect(controlPlane.admin.get(source)).rejects.toThrow('not found');
  });

  test('ask twice in production', async () => {
    await engine.run('stack', 'select', 'studio', '--create');
    const { exitCode, output } = await runOnTerminal('destroy', ['yes', 'no'], { STACK: 'studio' });
    expect(output).toMatch(/type yes to go on: [^]*type studio to go on: /);
    expect(output).toContain('got no, allowed studio; nothing was changed');
    expect(exitCode).toBe(1);
  });

  test('fail for an unknown stack with the known ones, without a trace', async () => {
    const { exitCode, output } = await run('up', { STACK: 'nowhere' });
    expect(output).toBe(
      'environment: got "nowhere", allowed dev, staging, prd, pro, pro-1-node, studio, studio-1-node; name one of them\n',
    );
    expect(exitCode).toBe(1);
  });

  test('fail without a Pulumi CLI, and say how to get one', async () => {
    const { exitCode, output } = await run('up', { YES: 'pro', PATH: ['/usr/bin', '/bin'].join(delimiter) });
    expect(output).toContain('install the Pulumi CLI as https://www.pulumi.com/docs/install/ says');
    expect(exitCode).toBe(1);
  });

  test.each(['up', 'stack-diff', 'stack-preview', 'destroy'])('%s says what it does', async (verb) => {
    const { exitCode, output } = await type([process.execPath, ...program, verb, '--help']);
    expect(output).toContain(`usage: make ${verb} STACK=name`);
    expect(exitCode).toBe(0);
  });
});
