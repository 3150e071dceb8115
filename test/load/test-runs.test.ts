import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { projectRoot, readEnvironments } from '../../stacks/index.ts';
import { readManifests } from '../cluster/committed-manifests.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { type CommittedTestRun, readTestRun, testRunFiles } from './committed-test-runs.ts';

const definition: object = parse(
  readFileSync(join(projectRoot, 'tools', 'real-parts', 'crds', 'testruns.k6.io.yaml'), 'utf8'),
);

/** One environment of each kind of namespace. */
const environments = ['dev', 'pro', 'studio'].map((name) => ({ name }));

const testRunsOf = (name: string): readonly CommittedTestRun[] =>
  testRunFiles(name).map((file) => readTestRun(name, file));

/** Pods as k6-operator makes them: pkg/resources/jobs in its repository. */
function podsOf({ metadata, spec }: CommittedTestRun): readonly object[] {
  const { initializer, starter, runner } = spec;
  return Object.entries({ initializer, starter, runner }).map(([role, pod]) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...pod.metadata, name: role, namespace: metadata.namespace },
    spec: {
      serviceAccountName: pod.serviceAccountName,
      restartPolicy: 'Never',
      securityContext: pod.securityContext,
      containers: [
        {
          name: 'k6',
          image: pod.image ?? 'ghcr.io/grafana/k6-operator:latest-starter',
          env: pod.env,
          resources: pod.resources,
          securityContext: pod.containerSecurityContext,
          volumeMounts: [{ name: 'k6-test-volume', mountPath: '/test' }],
        },
      ],
      volumes: [{ name: 'k6-test-volume', configMap: { name: spec.script.configMap.name } }],
    },
  }));
}

describe('TestRuns, by a definition whose schema is ours', () => {
  let controlPlane: ControlPlane;

  beforeAll(async () => {
    const crds = [...readManifests('shared').filter(({ kind }) => kind === 'CustomResourceDefinition'), definition];
    controlPlane = await startControlPlane({ crds, controllerManager: false });
  });

  afterAll(async () => controlPlane.stop());

  describe.each(environments)('of $name', ({ name }) => {
    beforeAll(async () => {
      for (const manifest of readManifests(name)) {
        const isNeeded = ['Namespace', 'LimitRange'].includes(manifest.kind);
        if (isNeeded || manifest.metadata.name.startsWith('knative-lambda-k6')) {
          await controlPlane.admin.apply(manifest, { fieldManager: 'flux', force: true });
        }
      }
    });

    test('are accepted as they are written, a second time without a change', async () => {
      for (const testRun of testRunsOf(name)) {
        const first = await controlPlane.admin.apply(testRun, { fieldManager: 'make' });
        const second = await controlPlane.admin.apply(testRun, { fieldManager: 'make' });
        expect(first.warnings).toEqual([]);
        expect(second.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
      }
    });

    test('give pods that the namespace admits, and that hold to its strictest level', async () => {
      const refused: string[] = [];
      for (const pod of testRunsOf(name).flatMap(podsOf)) {
        const { namespace } = testRunsOf(name)[0]?.metadata ?? {};
        const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All&fieldValidation=Strict`;
        const { status, body, warnings } = await controlPlane.admin.request('POST', path, pod);
        if (status !== 201 || warnings.length > 0) refused.push(`${status} ${JSON.stringify(body)} ${warnings.join()}`);
      }
      expect(refused).toEqual([]);
    });
  });

  test('fails a TestRun with a number where k6-operator reads a text', async () => {
    const [testRun] = testRunsOf('dev');
    const wrong = { ...testRun, spec: { ...testRun?.spec, quiet: false } };
    await expect(controlPlane.admin.apply(wrong, { fieldManager: 'make', dryRun: true })).rejects.toThrow(
      /\.spec\.quiet: expected string/,
    );
  });
});

test('no environment applies a TestRun by itself', () => {
  const delivered = readEnvironments().flatMap(({ name }) => readManifests(name));
  expect(delivered.filter(({ kind }) => kind === 'TestRun')).toEqual([]);
});
