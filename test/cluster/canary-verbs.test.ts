import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { eventually } from './eventually.ts';
import { isSuspended, type OperatedCluster, startOperatedCluster } from './operated-cluster.ts';
import { startCommand, type TypedCommands, typedCommands } from './typed-command.ts';

const canarySchema = z.looseObject({ spec: z.looseObject({ skipAnalysis: z.boolean().default(false) }) });

let cluster: OperatedCluster;
let typed: TypedCommands;

const canaryPath = '/apis/flagger.app/v1beta1/namespaces/knative-lambda-prd/canaries/knative-lambda-builder';

const setPhase = async (phase: string): Promise<void> =>
  cluster.patch(`${canaryPath}/status`, { status: { phase, canaryWeight: 10, failedChecks: 0, iterations: 0 } });

const readCanary = async () => {
  const { body } = await cluster.controlPlane.admin.request('GET', canaryPath);
  return canarySchema.parse(body);
};

beforeAll(async () => {
  cluster = await startOperatedCluster();
  typed = typedCommands(cluster.kubeconfig);
  const canary = {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'Canary',
    metadata: { name: 'knative-lambda-builder', namespace: 'knative-lambda-prd' },
    spec: {
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'knative-lambda-builder' },
      service: { port: 8080 },
      analysis: { interval: '2m', threshold: 5, maxWeight: 30, stepWeight: 5 },
    },
  };
  await cluster.controlPlane.admin.apply(canary, { fieldManager: 'test' });
});

afterAll(async () => cluster.stop());

test('a canary is shown with its phase and weight', async () => {
  await setPhase('Progressing');
  expect(await typed.make('canary-status ENV=prd')).toMatchObject({
    code: 0,
    output: expect.stringMatching(/knative-lambda-builder +Progressing +10/),
  });
  expect(await typed.make('canary-describe ENV=prd')).toMatchObject({
    code: 0,
    output: expect.stringMatching(/Step Weight: +5/),
  });
});

test('a canary is promoted after two questions: Flux suspended, analysis skipped, both taken back', async () => {
  await setPhase('Progressing');
  const promotion = typed.makeOnTerminal('canary-promote ENV=prd', ['yes', 'prd']);
  await eventually(async () => (await readCanary()).spec.skipAnalysis);
  expect(await isSuspended(cluster, 'knative-lambda-prd')).toBe(true);
  await setPhase('Succeeded');
  expect(await promotion).toMatchObject({ code: 0, output: expect.stringContaining('promoted; Flux delivers prd') });
  expect(await isSuspended(cluster, 'knative-lambda-prd')).toBe(false);
  expect(await readCanary()).toMatchObject({ spec: { skipAnalysis: false } });
});

// the last one is ctrl-C
test.each([[['no']], [['yes', 'yes']], [['yes', 'dev']], [['\u0003']]])(
  'fails to promote a canary after the answers %j, with nothing changed',
  async (answers) => {
    await setPhase('Progressing');
    const refused = await typed.makeOnTerminal('canary-promote ENV=prd', answers);
    expect(refused).toMatchObject({ code: 2, output: expect.stringContaining('nothing was changed') });
    expect(await isSuspended(cluster, 'knative-lambda-prd')).toBe(false);
    expect(await readCanary()).toMatchObject({ spec: { skipAnalysis: false } });
  },
);

test('fails to promote a canary without a terminal, and with the name of another environment', async () => {
  await setPhase('Progressing');
  expect(await typed.make('canary-promote ENV=prd')).toMatchObject({
    code: 2,
    output: expect.stringContaining('got no terminal to ask on, allowed YES=prd'),
  });
  expect(await typed.make('canary-promote ENV=prd YES=dev')).toMatchObject({
    code: 2,
    output: expect.stringContaining('YES: got dev, allowed prd; nothing was changed'),
  });
  expect(await isSuspended(cluster, 'knative-lambda-prd')).toBe(false);
});

test('fails to promote a canary when nothing is rolled out', async () => {
  await setPhase('Succeeded');
  expect(await typed.make('canary-promote ENV=prd YES=prd')).toMatchObject({
    code: 2,
    output: expect.stringContaining('got phase Succeeded, allowed Progressing, WaitingPromotion'),
  });
});

test('fails halfway with what was done and commands that get back', async () => {
  await setPhase('Progressing');
  const { code, output } = await typed.make('canary-promote ENV=prd YES=prd TIMEOUT=1s');
  expect(code).toBe(2);
  expect(output).toContain('done before it:\n  suspended Kustomization knative-lambda-prd');
  await runWayBack(output);
  expect(await isSuspended(cluster, 'knative-lambda-prd')).toBe(false);
  expect(await readCanary()).toMatchObject({ spec: { skipAnalysis: false } });
});

test('says on ctrl-C what was done and how to get back', async () => {
  await setPhase('Progressing');
  const running = typed.start('canary-promote ENV=prd YES=prd');
  await running.untilPrinted(/kubectl [^\n]*\bwait\b[^\n]*\n$/);
  running.interrupt();
  const { code, output } = await running.result;
  expect(code).not.toBe(0);
  expect(output).toContain('stopped by a signal');
  await runWayBack(output);
  expect(await isSuspended(cluster, 'knative-lambda-prd')).toBe(false);
  expect(await readCanary()).toMatchObject({ spec: { skipAnalysis: false } });
});

test('a canary is rolled back by as many failed checks as make Flagger do it', async () => {
  await setPhase('Progressing');
  const running = typed.start('canary-rollback ENV=prd YES=prd');
  const failedChecks = z.looseObject({ status: z.looseObject({ failedChecks: z.int() }) });
  await eventually(async () => {
    const { body } = await cluster.controlPlane.admin.request('GET', canaryPath);
    return failedChecks.parse(body).status.failedChecks > 5;
  });
  await setPhase('Failed');
  expect(await running.result).toMatchObject({ code: 0, output: expect.stringContaining('revert its commit') });
  expect(await isSuspended(cluster, 'knative-lambda-prd')).toBe(false);
});

const backend = (name: string, weight: number) => ({ kind: 'Service', group: '', port: 80, name, weight });

test('shows which header leads to which release', async () => {
  const route = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'ab', namespace: 'knative-lambda' },
    spec: {
      rules: [
        {
          matches: [{ headers: [{ type: 'Exact', name: 'x-ab-test', value: 'canary' }] }],
          backendRefs: [backend('canary', 100)],
        },
        { backendRefs: [backend('primary', 90), backend('canary', 10)] },
      ],
    },
  };
  await cluster.controlPlane.admin.apply(route, { fieldManager: 'test' });
  // studio has the same namespace on a cluster of its own
  await cluster.patch('/api/v1/namespaces/knative-lambda', { metadata: { labels: { environment: 'studio' } } });
  const { code, output } = await typed.make('ab-split-status ENV=studio CONTEXT=homelab-pro');
  expect(code).toBe(0);
  expect(output).toMatch(/^ab +x-ab-test: canary +canary +100$/m);
  expect(output).toMatch(/^ab +any +primary +90$/m);
});

/** Runs the commands that a failure has printed, as a person would paste them. */
async function runWayBack(output: string): Promise<void> {
  const [, printed = ''] = output.split('to get back:\n');
  const commands = printed.split('\n').filter((line) => line.startsWith('  kubectl '));
  expect(commands).toHaveLength(2);
  const { code } = await startCommand(['bash', '-ec', commands.join('\n')], { KUBECONFIG: cluster.kubeconfig }).result;
  expect(code).toBe(0);
}
