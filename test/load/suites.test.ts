import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { readManifests } from '../cluster/committed-manifests.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { readTestRun } from './committed-test-runs.ts';
import { exitCodes, type K6Result, runK6 } from './k6.ts';
import { type Mood, type PlatformStandIn, startPlatform } from './platform-stand-in.ts';

const environment = 'dev';
const account = 'knative-lambda-k6';
const { namespace } = readTestRun(environment, 'k6-testrun-smoke.yaml').metadata;
const functionKind = { apiVersion: 'lambda.knative.io/v1alpha1', kind: 'LambdaFunction' } as const;
const tokenRequest = z.looseObject({ status: z.looseObject({ token: z.string() }) });
const prepared = new Set(['Namespace', 'ClusterRole', 'ServiceAccount', 'Role', 'RoleBinding']);

describe('the load tests, run by k6 against the real Kubernetes API', () => {
  let controlPlane: ControlPlane;
  let platform: PlatformStandIn;
  let folder: string;

  /** What is mounted into a pod of the account. */
  async function mountAccount(name: string): Promise<string> {
    const mounted = mkdtempSync(join(folder, 'account-'));
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
    const { status } = tokenRequest.parse(await controlPlane.admin.post(path, body));
    writeFileSync(join(mounted, 'token'), status.token);
    writeFileSync(join(mounted, 'ca.crt'), controlPlane.caPem);
    return mounted;
  }

  interface Rehearsal {
    readonly suite: string;
    readonly scale: number;
    readonly mood?: Mood;
    readonly as?: string;
    readonly variables?: Readonly<Record<string, string>>;
  }

  /** Runs the first runner of a committed TestRun, with its arguments and variables, in a shorter time. */
  async function rehearse({ suite, scale, mood = 'good', as = account, variables = {} }: Rehearsal): Promise<K6Result> {
    const { spec } = readTestRun(environment, `k6-testrun-${suite}.yaml`);
    const mounted = await mountAccount(as);
    const { hostname, port } = new URL(controlPlane.url);
    platform.behave(mood);
    const written = Object.fromEntries(spec.runner.env.map(({ name, value = '' }) => [name, value]));
    return runK6(['run', '--address', '', ...spec.arguments.split(' '), spec.script.configMap.file], {
      ...written,
      POD_NAME: 'rehearsal-x1',
      OPERATOR_METRICS_URL: `${platform.url}/operator`,
      OPERATOR_HEALTH_URL: `${platform.url}/operator`,
      RECEIVER_URL: `${platform.url}/receiver`,
      K6_PROMETHEUS_RW_SERVER_URL: `${platform.url}/prometheus/write`,
      SERVICE_ACCOUNT_FOLDER: mounted,
      SSL_CERT_FILE: join(mounted, 'ca.crt'),
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      TIME_SCALE: String(scale),
      READY_SECONDS: '15',
      ...variables,
    });
  }

  const functionsLeft = async (): Promise<readonly string[]> =>
    (await controlPlane.admin.list({ ...functionKind, namespace })).map(({ metadata }) => metadata.name);

  beforeAll(async () => {
    const shared = readManifests('shared');
    const crds = shared.filter(({ kind }) => kind === 'CustomResourceDefinition');
    controlPlane = await startControlPlane({ crds, controllerManager: false });
    folder = mkdtempSync(join(tmpdir(), 'knative-lambda-load-'));
    for (const manifest of [...shared, ...readManifests(environment)].filter(({ kind }) => prepared.has(kind))) {
      await controlPlane.admin.apply(manifest, { fieldManager: 'flux' });
    }
    platform = await startPlatform(controlPlane.admin);
  });

  afterAll(async () => {
    await platform.stop();
    await controlPlane.stop();
    rmSync(folder, { recursive: true });
  });

  const withFunctions = [
    ['load', 0.01, 2],
    ['execute-lambda', 0.1, 2],
    ['sre-metrics', 0.05, 2],
    ['sre-slo', 0.02, 4],
  ] as const;

  test.each(withFunctions)(
    '%s passes on a good platform, with functions of its own that are gone afterwards',
    async (suite, scale, functions) => {
      const { code, output } = await rehearse({ suite, scale });
      expect({ code, output }).toEqual({ code: exitCodes.passed, output: expect.any(String) });
      expect(platform.functions.size).toBe(functions);
      expect([...platform.functions].every((name) => name.startsWith('k6-'))).toBe(true);
      expect([...platform.calls]).toEqual(
        expect.arrayContaining(['POST functions io.knative.lambda.invoke.sync', 'POST prometheus/write']),
      );
      expect(await functionsLeft()).toEqual([]);
    },
  );

  test('create-lambdas orders functions by events, and they are gone afterwards', async () => {
    const { code, output } = await rehearse({ suite: 'create-lambdas', scale: 0.5 });
    expect({ code, output }).toEqual({ code: exitCodes.passed, output: expect.any(String) });
    expect(platform.calls).toContain('POST receiver io.knative.lambda.command.function.deploy');
    expect(platform.functions.size).toBeGreaterThanOrEqual(5);
    expect(await functionsLeft()).toEqual([]);
  });

  test('smoke asks for all that must answer, and for nothing else', async () => {
    const { code, output } = await rehearse({ suite: 'smoke', scale: 0.1 });
    expect({ code, output }).toEqual({ code: exitCodes.passed, output: expect.any(String) });
    expect([...platform.calls].toSorted()).toEqual([
      'GET operator/healthz',
      'GET operator/metrics',
      'GET operator/readyz',
      'GET receiver/health',
      'GET receiver/ready',
      'POST prometheus/write',
      'POST receiver io.knative.lambda.response.success',
    ]);
  });

  test('stress loads the receiver by turns', async () => {
    const { code, output } = await rehearse({ suite: 'stress', scale: 0.005 });
    expect({ code, output }).toEqual({ code: exitCodes.passed, output: expect.any(String) });
    expect([...platform.calls].toSorted()).toEqual([
      'GET receiver/health',
      'POST prometheus/write',
      'POST receiver io.knative.lambda.response.success',
    ]);
  });

  test.each(withFunctions)(
    'fails %s by its thresholds on a platform that answers errors, and leaves no function',
    async (...[suite, scale]) => {
      const { code } = await rehearse({ suite, scale, mood: 'failing' });
      expect(code).toBe(exitCodes.thresholdsFailed);
      expect(platform.functions.size).toBeGreaterThan(0);
      expect(await functionsLeft()).toEqual([]);
    },
  );

  test.each([
    ['smoke', 'failing', 0.1],
    ['smoke', 'slow', 0.1],
    ['stress', 'failing', 0.005],
    ['stress', 'slow', 0.005],
    ['load', 'slow', 0.01],
    ['create-lambdas', 'failing', 0.5],
  ] as const)('fails %s on a platform that is %s', async (suite, mood, scale) => {
    const { code } = await rehearse({ suite, scale, mood });
    expect(code).toBe(exitCodes.thresholdsFailed);
    expect(await functionsLeft()).toEqual([]);
  });

  test('ends a load test that can no longer pass', async () => {
    const started = Date.now();
    const { output } = await rehearse({ suite: 'load', scale: 0.03, mood: 'failing' });
    expect(output).toContain('at least one has abortOnFail enabled');
    // 780 seconds at this scale
    expect(Date.now() - started).toBeLessThan(23_000);
  });

  test('fails with the reason when a function cannot be built, and removes those it has made', async () => {
    const { code, output } = await rehearse({ suite: 'load', scale: 0.01, mood: 'unbuildable' });
    expect(code).toBe(exitCodes.scriptThrew);
    expect(output).toContain('k6-load-x1-0 cannot be called: Failed: the build failed in stage install');
    expect(await functionsLeft()).toEqual([]);
  });

  test('removes what a killed run has left, and no function of anybody else', async () => {
    const spec = { source: { type: 'image', image: { repository: 'example.com/image' } } };
    for (const name of ['k6-load-killed-0', 'hello-python']) {
      await controlPlane.admin.create({ ...functionKind, metadata: { name, namespace }, spec });
    }
    const variables = { LEFTOVER_SECONDS: '-1' };
    const { code } = await rehearse({ suite: 'execute-lambda', scale: 0.1, variables });
    expect(code).toBe(exitCodes.passed);
    expect(await functionsLeft()).toEqual(['hello-python']);
    await controlPlane.admin.remove({ ...functionKind, name: 'hello-python', namespace });
  });

  test('fails without the rights of the account', async () => {
    const { code, output } = await rehearse({ suite: 'load', scale: 0.01, as: 'knative-lambda-builder' });
    expect(code).toBe(exitCodes.scriptThrew);
    expect(output).toMatch(/list LambdaFunctions: got 403 .*cannot list resource/);
  });

  describe('the review of the agent tiers', () => {
    test('passes with the ClusterRoles as they are', async () => {
      const { code, output } = await rehearse({ suite: 'rbac', scale: 1 });
      expect({ code, output }).toEqual({ code: exitCodes.passed, output: expect.any(String) });
    });

    test('fails when a tier may do more than it is for', async () => {
      const metadata = { name: 'wider', namespace };
      const group = 'rbac.authorization.k8s.io';
      const rules = [{ apiGroups: ['lambda.knative.io'], resources: ['lambdafunctions'], verbs: ['create'] }];
      const subjects = [{ kind: 'User', name: 'knative-lambda:load-test:lambda-agent-viewer', apiGroup: group }];
      const roleRef = { apiGroup: group, kind: 'Role', name: 'wider' };
      const rbac = { apiVersion: `${group}/v1`, metadata };
      await controlPlane.admin.create({ ...rbac, kind: 'Role', rules });
      await controlPlane.admin.create({ ...rbac, kind: 'RoleBinding', roleRef, subjects });
      const { code, output } = await rehearse({ suite: 'rbac', scale: 1 });
      expect(code).toBe(exitCodes.thresholdsFailed);
      expect(output).toContain('lambda-agent-viewer: got true, expected false');
    });
  });
});
