import { describe, expect, test } from '@jest/globals';
import {
  type Environment,
  findEnvironment,
  parseEnvironments,
  readEnvironments,
  readReleases,
} from '../stacks/index.ts';
import { proveEnvironment } from './proof/index.ts';
import { type Manifest, ofKind } from './proof/manifest.ts';
import { synthesizeClusters, synthesizeEnvironment, synthesizeShared } from './synth.ts';

const environments = readEnvironments();
const inputs = { releases: readReleases(), sealedSecrets: new Map() };
const opened = { exposure: 'public', domain: 'homelab', ingressClass: 'nginx', clusterIssuer: 'letters' };

function publicOne(name: string): Environment {
  const [one] = parseEnvironments([{ ...findEnvironment(environments, name), functionsIngress: opened }]);
  if (one === undefined) throw new Error(`no environment ${name}`);
  return one;
}

function servingOf(environment: Environment): Manifest | undefined {
  return synthesizeClusters([environment], [environment], readReleases())
    .flatMap(({ files }) => files.flatMap((file) => file.manifests))
    .find(({ kind }) => kind === 'KnativeServing');
}

describe('functions', () => {
  test('are reached inside the cluster only, unless an environment says otherwise', () => {
    for (const environment of environments) {
      const { files } = synthesizeEnvironment(environment, inputs);
      expect(files.map(({ name }) => name)).not.toContain('functions-ingress');
    }
    expect(servingOf(findEnvironment(environments, 'pro'))).toMatchObject({
      spec: { config: { domain: { 'svc.cluster.local': '' }, network: { 'default-external-scheme': 'http' } } },
    });
  });

  test('that are public have a domain, a wildcard certificate and an entry that ends TLS', () => {
    const pro = publicOne('pro');
    const synthesized = synthesizeEnvironment(pro, inputs);
    const objects = synthesized.files.flatMap((file) => file.manifests);
    expect(ofKind(objects, 'Certificate')).toMatchObject([
      { spec: { dnsNames: ['*.knative-lambda.homelab'], issuerRef: { kind: 'ClusterIssuer', name: 'letters' } } },
    ]);
    expect(ofKind(objects, 'Ingress')).toMatchObject([
      {
        metadata: { namespace: 'kourier-system' },
        spec: {
          tls: [{ hosts: ['*.knative-lambda.homelab'], secretName: 'knative-lambda-functions-pro' }],
          rules: [{ host: '*.knative-lambda.homelab' }],
        },
      },
    ]);
    expect(servingOf(pro)).toMatchObject({
      spec: {
        config: {
          domain: { homelab: 'selector:\n  environment: pro\n', 'svc.cluster.local': '' },
          network: { 'default-external-scheme': 'https' },
        },
      },
    });
    expect(proveEnvironment(synthesized, synthesizeShared())).toEqual([]);
  });
});

describe('Knative of a cluster', () => {
  test.each(environments.filter(({ cluster }) => cluster.owner).map((owner) => [owner.name, owner] as const))(
    'keeps the revisions that the quotas of %s count, and gives its sidecar what they count',
    (_, owner) => {
      const retained = String(owner.capacity.retainedRevisions);
      expect(servingOf(owner)).toMatchObject({
        spec: {
          config: {
            gc: { 'min-non-active-revisions': retained, 'max-non-active-revisions': retained },
            deployment: { 'queue-sidecar-cpu-limit': '200m', 'queue-sidecar-memory-limit': '128Mi' },
            defaults: { 'max-revision-timeout-seconds': '3600' },
          },
        },
      });
    },
  );
});
