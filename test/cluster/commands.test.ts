import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { projectRoot } from '../../stacks/index.ts';
import { locateControlPlane, locateProgram } from '../../tools/real-parts/locate.ts';
import { kubesealPart } from '../../tools/real-parts/parts.ts';
import { copyProject } from '../golden/project.ts';
import { readManifests } from './committed-manifests.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { readForeignCrds } from './foreign-crds.ts';
import { makePlatformNamespaces } from './platform-namespaces.ts';

const kubectlFolder = dirname(locateControlPlane()?.kubectl ?? '');
const path = [kubectlFolder, dirname(locateProgram(kubesealPart) ?? ''), process.env['PATH'] ?? ''].join(delimiter);

interface Run {
  readonly status: number | null;
  readonly output: string;
}

/** A command line as a person types it, in the root of the checkout. */
function run(command: string, environment: Readonly<Record<string, string>> = {}): Run {
  const { status, stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', command], {
    cwd: projectRoot,
    encoding: 'utf8',
    env: { ...process.env, PATH: path, CDK8S_CHECK_UPGRADE: 'false', ...environment },
  });
  return { status, output: `${stdout}${stderr}` };
}

describe('commands against a cluster', () => {
  let controlPlane: ControlPlane;
  let environment: Readonly<Record<string, string>>;
  let context: string;

  beforeAll(async () => {
    controlPlane = await startControlPlane({ crds: readForeignCrds(), controllerManager: false });
    environment = { KUBECONFIG: controlPlane.kubeconfig };
    context = run('kubectl config current-context', environment).output.trim();
    await makePlatformNamespaces(controlPlane.admin);
  });

  afterAll(async () => controlPlane.stop());

  const prepare = (name: string): Run =>
    run('node --import tsx tools/cluster-prepare.ts', { ...environment, ENV: name, CONTEXT: context });

  test('fails to prepare a cluster that is not the one of the environment', () => {
    const { status, output } = run('node --import tsx tools/cluster-prepare.ts', { ...environment, ENV: 'dev' });
    expect(status).toBe(1);
    expect(output).toContain('homelab-tiers');
    expect(output).not.toContain('    at ');
  });

  test('fails to prepare an unknown environment', () => {
    const { status, output } = prepare('production');
    expect(status).toBe(1);
    expect(output).toContain('got "production", allowed dev, staging, prd, pro, pro-1-node, studio, studio-1-node');
  });

  test.each(['dev', 'pro'])('prepares a cluster for %s, then a dry run of its stream is accepted', (name) => {
    expect(prepare(name)).toMatchObject({ status: 0 });
    const dryRun = run('npx cdk8s synth --stdout | kubectl apply --server-side --dry-run=server -f -', {
      ...environment,
      ENV: name,
    });
    expect(dryRun).toMatchObject({ status: 0, output: expect.not.stringContaining('Warning') });
    const applied = dryRun.output.split('\n').filter((line) => line.includes('serverside-applied'));
    expect(applied).toHaveLength(readManifests(name).length);
  });

  test('fails to prepare an environment where the one that it stands in for runs', () => {
    expect(prepare('pro')).toMatchObject({ status: 0 });
    expect(prepare('pro-1-node')).toMatchObject({
      status: 1,
      output: expect.stringContaining('namespace knative-lambda: got environment pro, allowed pro-1-node or none'),
    });
  });

  test.each(['shared', 'dev', 'staging', 'prd', 'pro', 'pro-1-node', 'studio', 'studio-1-node'])(
    'builds manifests/%s with kustomize into the same objects',
    (folder) => {
      const { status, output } = run(`kubectl kustomize manifests/${folder}`);
      expect(status).toBe(0);
      const built = parseAllDocuments(output).map((document) => JSON.stringify(sortKeys(document.toJS())));
      const written = readManifests(folder).map((manifest) => JSON.stringify(sortKeys(manifest)));
      expect(built.toSorted()).toEqual(written.toSorted());
    },
  );

  test.each(['tiers', 'pro', 'pro-1-node', 'studio', 'studio-1-node'])(
    'applies what belongs to cluster %s',
    (cluster) => {
      const applied = run(
        `kubectl apply --server-side --dry-run=server --field-manager flux -k manifests/clusters/${cluster}`,
        environment,
      );
      expect(applied).toMatchObject({
        status: 0,
        output: expect.stringMatching(
          /lambdafunctions.lambda.knative.io serverside-applied[^]*knative-lambda-cluster serverside-applied/,
        ),
      });
    },
  );

  test('seals a Secret with the real kubeseal, so that a synth takes it and no value is readable', () => {
    expect(prepare('pro')).toMatchObject({ status: 0 });
    const project = copyProject();
    try {
      const certificate = join(project.folder, 'cluster.crt');
      writeFileSync(certificate, firstCertificate(controlPlane.caPem));
      const command =
        "printf 'accesskey=visible-access\\nsecretkey=visible=secret\\n' | node --import tsx tools/seal.ts";
      const variables = { ENV: 'pro', SECRET: 'minio-credentials', SEALED_SECRETS_CERT: certificate, PATH: path };
      expect(project.run('bash', ['-c', command], variables)).toMatchObject({ code: 0, stderr: '' });

      const sealed = readFileSync(join(project.folder, 'stacks', 'sealed', 'pro', 'minio-credentials.yaml'), 'utf8');
      expect(sealed).not.toContain('visible');
      expect(parse(sealed)).toMatchObject({
        kind: 'SealedSecret',
        metadata: { name: 'minio-credentials', namespace: 'knative-lambda' },
        spec: {
          encryptedData: { accesskey: expect.any(String), secretkey: expect.any(String) },
          template: { metadata: { labels: { 'lambda.knative.io/usable-by': 'functions' } } },
        },
      });

      const seal = ['-c', 'node --import tsx tools/seal.ts < /dev/null'];
      const generated = [
        'rabbitmq-credentials',
        'knative-lambda-broker-paths',
        'rabbitmq-dead-letters',
        'knative-lambda-alert-token',
      ];
      for (const SECRET of generated) {
        expect(project.run('bash', seal, { ...variables, SECRET })).toMatchObject({ code: 0, stderr: '' });
      }

      expect(project.synth({ ENV: 'pro' })).toMatchObject({
        code: 0,
        stderr: expect.not.stringContaining('is not sealed yet'),
      });
      const written = join(project.manifests, 'pro', 'secrets.yaml');
      expect(run(`kubectl apply --server-side --dry-run=server -f ${written}`, environment)).toMatchObject({
        status: 0,
        output: expect.stringMatching(
          /minio-credentials serverside-applied[^]*rabbitmq-credentials serverside-applied/,
        ),
      });
    } finally {
      project.remove();
    }
  });
});

/** The API server's file holds its own certificate and that of its authority; kubeseal reads one. */
function firstCertificate(pem: string): string {
  const end = '-----END CERTIFICATE-----';
  return `${pem.slice(0, pem.indexOf(end))}${end}\n`;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sortKeys);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .toSorted(([one], [other]) => (one < other ? -1 : 1))
          .map(([key, inner]) => [key, sortKeys(inner)]),
      )
    : value;
}
