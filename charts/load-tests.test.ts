import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { metrics } from '../operator/api/index.ts';
import { findEnvironment, projectRoot, readEnvironments, readReleases } from '../stacks/index.ts';
import { type SynthesizedEnvironment, synthesizeEnvironment } from './synth.ts';
import { environmentTree } from './tree.ts';

const environments = readEnvironments();
const releases = readReleases();
const inputs = { releases, sealedSecrets: new Map() };

const synthesize = (name: string): SynthesizedEnvironment =>
  synthesizeEnvironment(findEnvironment(environments, name), inputs);

/** Names that published commands use, with the file that a verb applies. */
const published = [
  ['load-tests/k6-testrun-smoke', 'knative-lambda-execute-smoke', 1, '128Mi'],
  ['load-tests/k6-testrun-load', 'knative-lambda-execute-load', 2, '256Mi'],
  ['load-tests/k6-testrun-stress', 'knative-lambda-execute-stress', 4, '512Mi'],
  ['load-tests/k6-testrun-create-lambdas', 'knative-lambda-create-lambdas', 2, '512Mi'],
  ['load-tests/k6-testrun-execute-lambda', 'knative-lambda-execute-lambda', 2, '512Mi'],
  ['load-tests/k6-testrun-sre-metrics', 'knative-lambda-sre-metrics', 1, '512Mi'],
  ['load-tests/k6-testrun-sre-slo', 'knative-lambda-sre-slo', 3, '512Mi'],
  ['load-tests/k6-testrun-rbac', 'lambda-rbac-test', 1, '128Mi'],
] as const;

describe('the load tests of an environment', () => {
  test.each(published)('have %s with TestRun %s, %i runners of %s', (...[file, name, parallelism, memory]) => {
    const found = synthesize('studio').onDemand.find((one) => one.name === file);
    expect(found?.manifests).toMatchObject([
      {
        metadata: { name, labels: { app: 'k6' } },
        spec: { parallelism, runner: { resources: { limits: { memory } } } },
      },
    ]);
  });

  test('are written beside the kustomization, which does not name them', () => {
    const tree = environmentTree(synthesize('pro'));
    expect(tree.has('pro/load-tests/k6-testrun-smoke.yaml')).toBe(true);
    expect(tree.get('pro/kustomization.yaml')).not.toContain('k6-testrun');
  });

  test('leave nothing in an environment without them', () => {
    const { files, onDemand } = synthesize('prd');
    const names = files.flatMap(({ manifests }) => manifests.map(({ metadata }) => metadata.name));
    expect(onDemand).toEqual([]);
    expect(names.filter((name) => name.includes('k6'))).toEqual([]);
  });

  test('run the version of k6 that they are proven with', () => {
    const module = readFileSync(join(projectRoot, 'tools', 'real-parts', 'modules', 'k6', 'go.mod'), 'utf8');
    expect(module).toContain(`require go.k6.io/k6 v${releases.loadTests.k6.tag}\n`);
  });

  test('ask for series that the product emits', () => {
    const script = readFileSync(join(projectRoot, 'charts', 'load', 'sre-metrics-validation.ts'), 'utf8');
    const lists = [...script.matchAll(/Series = \[([^\]]*)\]/g)].flatMap(
      ([, list = '']) => list.match(/[a-z_]+/g) ?? [],
    );
    const names = lists.map((name) => name.replace(/_bucket$/, ''));
    expect(names.length).toBeGreaterThan(4);
    expect(names.filter((name) => !(name in metrics))).toEqual([]);
  });
});
