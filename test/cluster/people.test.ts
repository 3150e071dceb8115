import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findEnvironment, readEnvironments } from '../../stacks/index.ts';
import { readManifests } from './committed-manifests.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { readForeignCrds } from './foreign-crds.ts';
import { makePlatformNamespaces } from './platform-namespaces.ts';

const tiers = ['dev', 'staging', 'prd'] as const;
type Tier = (typeof tiers)[number];
type Place = 'functions' | 'control';

const environments = readEnvironments();

function namespaceOf(tier: Tier, place: Place): string {
  const { namespaces } = findEnvironment(environments, tier);
  return place === 'control' ? namespaces.control : (namespaces.functions[0] ?? '');
}

/** Who may read and write LambdaFunctions where: the three tiers stand on one cluster. */
const rows: readonly (readonly [group: string, tier: Tier, place: Place, mayRead: boolean, mayWrite: boolean])[] = [
  ['developers', 'dev', 'functions', true, true],
  ['developers', 'dev', 'control', true, false],
  ['developers', 'staging', 'functions', true, true],
  ['developers', 'staging', 'control', true, false],
  ['developers', 'prd', 'functions', false, false],
  ['developers', 'prd', 'control', false, false],
  ['sre-team', 'prd', 'functions', true, true],
  ['sre-team', 'prd', 'control', true, true],
  ['sre-team', 'dev', 'functions', false, false],
  ['strangers', 'dev', 'functions', false, false],
  ['strangers', 'prd', 'control', false, false],
];

describe('people on the cluster of the tiers', () => {
  let controlPlane: ControlPlane;

  const may = (group: string, verb: string, resource: string, namespace: string): Promise<boolean> =>
    controlPlane.admin.accessReview({
      user: 'somebody',
      groups: [group],
      verb,
      group: resource === 'secrets' ? '' : 'lambda.knative.io',
      resource,
      namespace,
    });

  beforeAll(async () => {
    controlPlane = await startControlPlane({ crds: readForeignCrds() });
    await makePlatformNamespaces(controlPlane.admin);
    for (const manifest of ['shared', ...tiers].flatMap(readManifests)) {
      await controlPlane.admin.apply(manifest, { fieldManager: 'flux' });
    }
    // the controller that aggregates roles needs a moment
    const namespace = namespaceOf('dev', 'functions');
    await eventually(() => may('developers', 'create', 'lambdafunctions', namespace));
    await eventually(() => may('sre-team', 'create', 'lambdafunctions', namespaceOf('prd', 'control')));
  });

  afterAll(async () => controlPlane.stop());

  test.each(rows)(
    'lets %s in %s, %s namespace, read: %s, write: %s',
    async (...[group, tier, place, mayRead, mayWrite]) => {
      const namespace = namespaceOf(tier, place);
      for (const resource of ['lambdafunctions', 'lambdaagents']) {
        expect(await may(group, 'list', resource, namespace)).toBe(mayRead);
        expect(await may(group, 'patch', resource, namespace)).toBe(mayWrite);
        expect(await may(group, 'delete', resource, namespace)).toBe(mayWrite);
      }
    },
  );

  test('keeps developers from the Secrets of the control namespaces', async () => {
    const answers = await Promise.all(
      tiers.map((tier) => may('developers', 'get', 'secrets', namespaceOf(tier, 'control'))),
    );
    expect(answers).toEqual([false, false, false]);
  });
});
