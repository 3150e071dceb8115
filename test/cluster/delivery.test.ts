import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { synthesizeClusters } from '../../charts/synth.ts';
import { type Environment, findEnvironment, readEnvironments, readReleases } from '../../stacks/index.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { readForeignCrds } from './foreign-crds.ts';
import { makePlatformNamespaces } from './platform-namespaces.ts';

const environments = readEnvironments();
const pro = findEnvironment(environments, 'pro');
const { webhookSecret: _, ...unheard } = pro.delivery;

/** What settings can say that no environment says today. */
const variants: readonly (readonly [string, Environment['delivery']])[] = [
  ['artifacts of an OCI registry', { ...unheard, repository: 'oci://registry.test:5000/fleet/manifests' }],
  ['artifacts of ECR', { ...unheard, repository: 'oci://339954290315.dkr.ecr.us-west-2.amazonaws.com/manifests' }],
  ['encrypted files', { ...pro.delivery, decryptionSecret: 'sops-age' }],
  [
    'commit statuses',
    {
      ...pro.delivery,
      notifications: {
        provider: 'msteams',
        channel: 'deployments',
        addressSecret: 'teams',
        commitStatusSecret: 'github-status-token',
      },
    },
  ],
  [
    'images of a plain registry',
    { ...pro.delivery, imageAutomation: findEnvironment(environments, 'dev').delivery.imageAutomation },
  ],
];

describe('delivery by settings that no environment has', () => {
  let controlPlane: ControlPlane;

  beforeAll(async () => {
    controlPlane = await startControlPlane({ crds: readForeignCrds(), controllerManager: false });
    await makePlatformNamespaces(controlPlane.admin);
  });

  afterAll(async () => controlPlane.stop());

  test.each(variants)('is accepted with %s', async (_variant, delivery) => {
    const changed = { ...pro, delivery };
    const manifests = synthesizeClusters([changed], [changed], readReleases()).flatMap(({ files }) =>
      files.flatMap((file) => file.manifests),
    );
    const answers = await Promise.all(
      manifests.map((manifest) => controlPlane.admin.apply(manifest, { fieldManager: 'flux', dryRun: true })),
    );
    expect(answers.flatMap(({ warnings }) => warnings)).toEqual([]);
    expect(answers).toHaveLength(manifests.length);
  });

  test('fails on an alert of a kind that Flux does not know', async () => {
    const alert = {
      apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
      kind: 'Alert',
      metadata: { name: 'wrong', namespace: 'flux-system' },
      spec: { providerRef: { name: 'chat' }, eventSources: [{ kind: 'LambdaFunction', name: 'hello' }] },
    };
    await expect(controlPlane.admin.apply(alert, { fieldManager: 'flux', dryRun: true })).rejects.toThrow(
      /eventSources\[0\]\.kind: Unsupported value: "LambdaFunction"/,
    );
  });
});
