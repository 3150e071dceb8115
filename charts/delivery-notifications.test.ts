import { describe, expect, test } from '@jest/globals';
import { type Environment, findEnvironment, readEnvironments, type Releases } from '../stacks/index.ts';
import { proveCluster } from './proof/index.ts';
import { type Manifest, ofKind } from './proof/manifest.ts';
import { synthesizeClusters, synthesizeShared } from './synth.ts';

const environments = readEnvironments();
const tiers = environments.filter(({ cluster }) => cluster.name === 'tiers');
const pro = findEnvironment(environments, 'pro');
const releases: Releases = {
  operator: Object.fromEntries(
    environments.map(({ name }) => [name, { tag: `v1.2.3-${name}`, digest: null, commit: null }]),
  ),
  builders: {},
  loadTests: { k6: { repository: 'k6', tag: '1.0.0', digest: null } },
  connectors: { sqs: { repository: 'sqs', tag: '1.0.0', digest: null } },
};

function manifestsOf(all: readonly Environment[]): readonly Manifest[] {
  const clusters = synthesizeClusters(all, all, releases);
  const files = clusters.flatMap((cluster) => cluster.files).filter(({ name }) => name === 'delivery');
  return files.flatMap(({ manifests }) => manifests);
}

const withDelivery = (environment: Environment, change: Partial<Environment['delivery']>): Environment => ({
  ...environment,
  delivery: { ...environment.delivery, ...change },
});

describe('notifications of a cluster', () => {
  test('tell the chat of each environment with its component, version and name', () => {
    const alerts = ofKind(manifestsOf(tiers), 'Alert').filter(({ spec }) => JSON.stringify(spec).includes('"info"'));
    expect(alerts.map(({ metadata, spec }) => ({ name: metadata.name, spec }))).toEqual(
      ['dev', 'staging', 'prd'].map((name) => ({
        name: `knative-lambda-${name}`,
        spec: {
          providerRef: { name: 'knative-lambda-deployments' },
          eventSeverity: 'info',
          eventSources: [{ kind: 'Kustomization', name: `knative-lambda-${name}` }],
          exclusionList: ['^Dependencies do not meet ready condition'],
          eventMetadata: {
            summary: `knative-lambda v1.2.3-${name} in ${name}`,
            component: 'knative-lambda',
            version: `v1.2.3-${name}`,
            environment: name,
            cluster: 'tiers',
          },
        },
      })),
    );
  });

  test('name the channel and the Secret with its address', () => {
    expect(ofKind(manifestsOf([pro]), 'Provider').map(({ spec }) => spec)).toEqual([
      { type: 'slack', channel: '#deployments', secretRef: { name: 'slack-deployments' } },
    ]);
  });

  test('set commit statuses on GitHub where a Secret for them is named', () => {
    const statuses = withDelivery(pro, {
      notifications: {
        provider: 'slack',
        channel: '#deployments',
        addressSecret: 'slack-deployments',
        commitStatusSecret: 'github-status-token',
      },
    });
    const manifests = manifestsOf([statuses]);
    expect(ofKind(manifests, 'Provider').at(-1)).toMatchObject({
      metadata: { name: 'knative-lambda-commits' },
      spec: { type: 'github', address: pro.delivery.repository, secretRef: { name: 'github-status-token' } },
    });
    expect(ofKind(manifests, 'Alert').at(-1)).toMatchObject({
      metadata: { name: 'pro-04-knative-instances-commits' },
      spec: { providerRef: { name: 'knative-lambda-commits' } },
    });
    expect(
      synthesizeClusters([statuses], [statuses], releases).flatMap((one) => proveCluster(one, synthesizeShared())),
    ).toEqual([]);
  });

  test('are absent, and so is the webhook, where no setting asks for them', () => {
    const quiet = { ...pro.delivery };
    delete quiet.notifications;
    delete quiet.webhookSecret;
    const kinds = manifestsOf([{ ...pro, delivery: quiet }]).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['GitRepository', 'Kustomization']));
  });

  test('hear of a push through a webhook that GitHub signs', () => {
    expect(ofKind(manifestsOf([pro]), 'Receiver').map(({ spec }) => spec)).toEqual([
      {
        type: 'github',
        events: ['ping', 'push'],
        secretRef: { name: 'flux-webhook-token' },
        resources: [{ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', name: 'homelab' }],
      },
    ]);
  });
});
