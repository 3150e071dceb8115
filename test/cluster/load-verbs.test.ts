import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type OperatedCluster, startOperatedCluster } from './operated-cluster.ts';
import { type TypedCommands, typedCommands } from './typed-command.ts';

const kind = { apiVersion: 'k6.io/v1alpha1', kind: 'TestRun', namespace: 'knative-lambda-dev-functions' } as const;

let cluster: OperatedCluster;
let typed: TypedCommands;

const runs = async (): Promise<readonly string[]> =>
  (await cluster.controlPlane.admin.list(kind)).map(({ metadata }) => metadata.name);

beforeAll(async () => {
  cluster = await startOperatedCluster();
  typed = typedCommands(cluster.kubeconfig);
});

afterAll(async () => cluster.stop());

test('applies the scripts of load tests', async () => {
  expect(await typed.make('k6-apply-tests ENV=dev')).toMatchObject({
    code: 0,
    output: expect.stringContaining('configmap/knative-lambda-k6 serverside-applied'),
  });
});

test.each(['smoke', 'load'])('starts %s, and a second time in place of the first', async (load) => {
  const first = await typed.make(`k6-${load} ENV=dev`);
  expect(first).toMatchObject({ code: 0, output: expect.not.stringContaining('deleted') });
  expect(await runs()).toContain(`knative-lambda-execute-${load}`);
  expect(await typed.make(`k6-${load} ENV=dev`)).toMatchObject({
    code: 0,
    output: expect.stringContaining(`testrun.k6.io "knative-lambda-execute-${load}" deleted`),
  });
});

test('warns of high load before stress, and fails without a yes', async () => {
  expect(await typed.makeOnTerminal('k6-stress ENV=dev', ['no'])).toMatchObject({
    code: 2,
    output: expect.stringMatching(/high load[^]*nothing was changed/),
  });
  expect(await typed.makeOnTerminal('k6-stress ENV=dev', ['yes'])).toMatchObject({ code: 0 });
  expect(await runs()).toContain('knative-lambda-execute-stress');
});

test('shows every load test, and removes them all', async () => {
  expect(await typed.make('k6-status ENV=dev')).toMatchObject({
    code: 0,
    output: expect.stringMatching(/knative-lambda-execute-load[^]*knative-lambda-execute-smoke/),
  });
  expect(await typed.make('k6-clean ENV=dev')).toMatchObject({ code: 0 });
  expect(await runs()).toEqual([]);
});

test('fails where the environment has no load tests', async () => {
  expect(await typed.make('k6-smoke ENV=prd')).toMatchObject({
    code: 2,
    output: expect.stringContaining('where loadTests is none, allowed dev'),
  });
});
