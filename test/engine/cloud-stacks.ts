import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { recordCloud } from '../../infra/index.ts';
import type { CloudEnvironment } from '../../infra/names.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { readForeignCrds } from '../cluster/foreign-crds.ts';
import { makePlatformNamespaces } from '../cluster/platform-namespaces.ts';
import type { AwsClient } from './aws-client.ts';
import { listOf, objectOf } from './aws-kind.ts';
import { type Engine, startEngine } from './engine.ts';
import { type AwsVariables, type Moto, startMoto } from './moto.ts';
import { type SharedProviders, startProviders } from './shared-providers.ts';

/** An engine, an API server and an account of AWS, for the tests of one file. */
export interface Place {
  readonly controlPlane: ControlPlane;
  readonly moto: Moto;
  /** Variables of somebody who is logged in to the account of the environments. */
  readonly variables: AwsVariables;
  readonly aws: AwsClient;
  readonly engine: Engine;
}

interface StartedPlace extends Place {
  readonly providers: SharedProviders;
}

/** Clusters of EKS are there before a stack, which asks them for their issuer. */
async function makeClusters(aws: AwsClient, environments: readonly CloudEnvironment[], account: string): Promise<void> {
  const roleArn = `arn:aws:iam::${account}:role/eks`;
  const clusters = environments.flatMap(({ cluster }) => (cluster.distribution === 'eks' ? [cluster.name] : []));
  for (const name of new Set(clusters)) {
    await aws.call('eks', 'create_cluster', { name, roleArn, resourcesVpcConfig: {} });
  }
}

async function startPlace(environments: readonly CloudEnvironment[]): Promise<StartedPlace> {
  const account = environments[0]?.cloud.account ?? '';
  const [controlPlane, moto] = await Promise.all([
    startControlPlane({ crds: readForeignCrds(), controllerManager: false }),
    startMoto(),
  ]);
  await makePlatformNamespaces(controlPlane.admin);
  const variables = await moto.logIn(account);
  const aws = moto.connect(variables);
  await makeClusters(aws, environments, account);
  const KUBECONFIG = controlPlane.kubeconfig;
  const providers = await startProviders({ KUBECONFIG, ...variables });
  // the program says the region: whoever runs it needs none of their own
  const { AWS_REGION: _, AWS_DEFAULT_REGION: __, ...login } = variables;
  const engine = startEngine({ KUBECONFIG, ...login, ...providers.variables, AWS_REGION: '', AWS_DEFAULT_REGION: '' });
  return { controlPlane, moto, variables, aws, engine, providers };
}

/** Makes the place before the tests of a file and removes it after them; it is there once the tests run. */
export function usePlace(environments: readonly CloudEnvironment[]): () => Place {
  let place: StartedPlace | undefined;
  beforeAll(async () => {
    place = await startPlace(environments);
  });
  afterAll(async () => {
    place?.engine.dispose();
    place?.providers.stop();
    place?.aws.close();
    await place?.moto.stop();
    await place?.controlPlane.stop();
  });
  return () => {
    if (place === undefined) throw new Error('the place is made before the tests, not before they are declared');
    return place;
  };
}

const lastLines = (output: string): string => output.split('\n').slice(-60).join('\n');

/** Nothing where a run went well, else what it said last. */
const complaintOf = ({ exitCode, output }: { readonly exitCode: number | null; readonly output: string }): string =>
  exitCode === 0 ? '' : lastLines(output);

async function namesOf(aws: AwsClient, [service, operation, list, name]: readonly [string, string, string, string]) {
  return listOf((await aws.call(service, operation))[list]).map((one) => String(one[name]));
}

const repositoriesOf = (aws: AwsClient): Promise<readonly string[]> =>
  namesOf(aws, ['ecr', 'describe_repositories', 'repositories', 'repositoryName']);
const bucketsOf = (aws: AwsClient): Promise<readonly string[]> =>
  namesOf(aws, ['s3', 'list_buckets', 'Buckets', 'Name']);
const rolesOf = (aws: AwsClient): Promise<readonly string[]> =>
  namesOf(aws, ['iam', 'list_roles', 'Roles', 'RoleName']);
const secretsOf = (aws: AwsClient): Promise<readonly string[]> =>
  namesOf(aws, ['secretsmanager', 'list_secrets', 'SecretList', 'Name']);

async function trustOf(aws: AwsClient, RoleName: string): Promise<string> {
  return JSON.stringify(
    objectOf((await aws.call('iam', 'get_role', { RoleName }))['Role'])['AssumeRolePolicyDocument'],
  );
}

async function isClosed(aws: AwsClient, Bucket: string): Promise<boolean> {
  const { PublicAccessBlockConfiguration } = await aws.call('s3', 'get_public_access_block', { Bucket });
  return Object.values(objectOf(PublicAccessBlockConfiguration)).every((value) => value === true);
}

/** From nothing to nothing, through the Pulumi.yaml that users run; `testMore` says what else is there meanwhile. */
export function describeStack(environment: CloudEnvironment, place: () => Place, testMore = (): void => {}): void {
  const { name, codeStore, role } = environment;
  const { operatorRepository, functionsRepository } = environment.imageRegistry;
  const cache = `${functionsRepository}-cache`;
  const isProtected = role === 'production' || role === 'light-production';
  const run = (verb: string, ...words: readonly string[]) => place().engine.run(verb, '--stack', name, ...words);
  const own = async (): Promise<readonly string[]> =>
    (await repositoriesOf(place().aws)).filter((one) => [functionsRepository, cache, operatorRepository].includes(one));

  describe(`the stack ${name}`, () => {
    test('previews what it would create, and creates nothing', async () => {
      await place().engine.run('stack', 'init', name);
      expect(complaintOf(await run('preview'))).toBe('');
      expect(await bucketsOf(place().aws)).not.toContain(codeStore.bucket);
    });

    test('creates its resources with no region but its own, and shows no secret in its state', async () => {
      expect(complaintOf(await run('up', '--yes', '--skip-preview'))).toBe('');
      const { aws, engine, variables } = place();
      const wanted = (await recordCloud(environment)).filter(({ type }) => type === 'aws:iam/role:Role');
      expect(await rolesOf(aws)).toEqual(expect.arrayContaining(wanted.map(({ properties }) => properties['name'])));
      expect(await trustOf(aws, environment.cloud.roles.builder)).toMatch(/oidc-provider\/oidc\.[^"]+/);
      expect(await bucketsOf(aws)).toEqual(expect.arrayContaining([codeStore.bucket]));
      expect(await own()).toHaveLength(3);
      const { output } = await engine.run('stack', 'output', '--stack', name, '--json');
      expect(JSON.parse(output)).toEqual({
        environment: name,
        operatorRepository: expect.stringContaining(`/${operatorRepository}`),
        functionsRepository: expect.stringContaining(`/${functionsRepository}`),
        codeBucket: codeStore.bucket,
        uploadQueue: expect.stringContaining(name),
        ...(environment.cluster.owner ? { context: environment.cluster.context } : {}),
      });
      expect(engine.state()).not.toContain(variables['AWS_SECRET_ACCESS_KEY']);
      expect(engine.state()).not.toContain('pulumi:providers:aws::default');
    });

    testMore();

    test('changes nothing when nothing changed', async () => {
      expect(complaintOf(await run('up', '--yes', '--skip-preview', '--expect-no-changes', '--refresh'))).toBe('');
    });

    test('finds what somebody opened by hand, and closes it', async () => {
      const { aws } = place();
      await aws.call('s3', 'delete_public_access_block', { Bucket: codeStore.bucket });
      const open = { repositoryName: functionsRepository, imageTagMutability: 'MUTABLE' };
      await aws.call('ecr', 'put_image_tag_mutability', open);
      const seen = await run('refresh', '--yes', '--skip-preview');
      expect(seen.output).toMatch(/~ 1 updated[^]*- 1 deleted/);
      expect(complaintOf(await run('up', '--yes', '--skip-preview'))).toBe('');
      expect(await isClosed(aws, codeStore.bucket)).toBe(true);
      const found = await aws.call('ecr', 'describe_repositories', { repositoryNames: [functionsRepository] });
      expect(found['repositories']).toMatchObject([{ imageTagMutability: 'IMMUTABLE' }]);
    });

    if (isProtected) {
      test('fails to be destroyed, and loses nothing', async () => {
        // the preview is what stops it: without one Pulumi removes what is not protected before it fails
        const { exitCode, output } = await run('destroy', '--yes');
        expect(exitCode).not.toBe(0);
        expect(output).toMatch(/protect/);
        expect(await own()).toHaveLength(3);
      });
    }

    test('leaves its code, closed, when it is destroyed, and in production its images and secret entries', async () => {
      const { aws, engine } = place();
      const entries = (await secretsOf(aws)).filter((one) => one.startsWith(`knative-lambda/${name}/`));
      if (isProtected) await engine.run('state', 'unprotect', '--all', '--yes', '--stack', name);
      expect(complaintOf(await run('destroy', '--yes', '--skip-preview'))).toBe('');
      const buckets = [codeStore.bucket, `${codeStore.bucket}-logs`];
      expect(await bucketsOf(aws)).toEqual(expect.arrayContaining(buckets));
      expect(await isClosed(aws, codeStore.bucket)).toBe(true);
      expect((await own()).toSorted()).toEqual(isProtected ? [operatorRepository, functionsRepository].toSorted() : []);
      const left = (await secretsOf(aws)).filter((one) => one.startsWith(`knative-lambda/${name}/`));
      expect(left).toEqual(isProtected ? entries : []);
    });
  });
}
