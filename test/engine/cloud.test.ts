import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isInCloud, recordCloud } from '../../infra/index.ts';
import { readEnvironments } from '../../stacks/index.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { readForeignCrds } from '../cluster/foreign-crds.ts';
import { makePlatformNamespaces } from '../cluster/platform-namespaces.ts';
import type { AwsClient } from './aws-client.ts';
import { listOf, objectOf } from './aws-kind.ts';
import { type Engine, startEngine } from './engine.ts';
import { type AwsVariables, type Moto, startMoto } from './moto.ts';

const environments = readEnvironments().filter(isInCloud);
const account = environments[0]?.cloud.account ?? '';

/** Clusters of EKS, whose issuer is asked for. */
const eksClusters = new Set(
  environments.flatMap(({ cluster }) => (cluster.distribution === 'eks' ? [cluster.name] : [])),
);

let controlPlane: ControlPlane;
let moto: Moto;
let variables: AwsVariables;
let aws: AwsClient;
let engine: Engine;

async function makeClusters(): Promise<void> {
  const roleArn = `arn:aws:iam::${account}:role/eks`;
  for (const name of eksClusters) {
    await aws.call('eks', 'create_cluster', { name, roleArn, resourcesVpcConfig: {} });
  }
}

beforeAll(async () => {
  controlPlane = await startControlPlane({ crds: readForeignCrds(), controllerManager: false });
  await makePlatformNamespaces(controlPlane.admin);
  moto = await startMoto();
  variables = await moto.logIn(account);
  aws = moto.connect(variables);
  await makeClusters();
  engine = startEngine({ KUBECONFIG: controlPlane.kubeconfig, ...variables });
}, 180_000);

afterAll(async () => {
  engine.dispose();
  aws.close();
  await moto.stop();
  await controlPlane.stop();
});

const namesOf = async (service: string, operation: string, [list, name]: readonly [string, string]) =>
  listOf((await aws.call(service, operation))[list]).map((one) => String(one[name]));

const repositories = (): Promise<readonly string[]> =>
  namesOf('ecr', 'describe_repositories', ['repositories', 'repositoryName']);
const buckets = (): Promise<readonly string[]> => namesOf('s3', 'list_buckets', ['Buckets', 'Name']);
const roles = (): Promise<readonly string[]> => namesOf('iam', 'list_roles', ['Roles', 'RoleName']);

const lastLines = (output: string): string => output.split('\n').slice(-60).join('\n');

/** One stack stands for all: a run takes a minute, and the others differ in values, which infra/cloud-graph.test.ts compares. */
const tried = environments.slice(0, 1);

describe.each(tried.map((environment) => [environment.name, environment] as const))(
  'the stack %s',
  (name, environment) => {
    const { operatorRepository, functionsRepository } = environment.imageRegistry;
    const ownRepositories = [functionsRepository, `${functionsRepository}-cache`, operatorRepository].toSorted();
    const isProtected = environment.role === 'production' || environment.role === 'light-production';
    const run = (verb: string, ...words: readonly string[]) => engine.run(verb, '--stack', name, ...words);

    test('previews what it would create, and creates nothing', async () => {
      await engine.run('stack', 'init', name);
      const { exitCode, output } = await run('preview');
      expect(exitCode === 0 ? '' : lastLines(output)).toBe('');
      expect(await buckets()).not.toContain(environment.codeStore.bucket);
    }, 60_000);

    test('creates its resources, and shows no secret in its state', async () => {
      const { exitCode, output } = await run('up', '--yes', '--skip-preview');
      expect(exitCode === 0 ? '' : lastLines(output)).toBe('');
      const wanted = (await recordCloud(environment)).filter(({ type }) => type === 'aws:iam/role:Role');
      expect(await roles()).toEqual(expect.arrayContaining(wanted.map(({ properties }) => properties['name'])));
      expect(await buckets()).toEqual(expect.arrayContaining([environment.codeStore.bucket]));
      expect(await repositories()).toEqual(expect.arrayContaining(ownRepositories));
      expect(engine.state()).not.toContain(variables['AWS_SECRET_ACCESS_KEY']);
    }, 60_000);

    test('changes nothing when nothing changed', async () => {
      const { exitCode, output } = await run('up', '--yes', '--skip-preview', '--expect-no-changes', '--refresh');
      expect(exitCode === 0 ? '' : lastLines(output)).toBe('');
    }, 60_000);

    test('finds what somebody opened by hand, and closes it', async () => {
      const { bucket: Bucket } = environment.codeStore;
      await aws.call('s3', 'delete_public_access_block', { Bucket });
      const open = { repositoryName: functionsRepository, imageTagMutability: 'MUTABLE' };
      await aws.call('ecr', 'put_image_tag_mutability', open);
      const seen = await run('preview', '--refresh');
      expect(seen.output).toMatch(/\+ 1 to create/);
      expect(seen.output).toMatch(/~ 1 to update/);
      await run('up', '--yes', '--skip-preview', '--refresh');
      const { PublicAccessBlockConfiguration } = await aws.call('s3', 'get_public_access_block', { Bucket });
      expect(Object.values(objectOf(PublicAccessBlockConfiguration))).toEqual([true, true, true, true]);
      const found = await aws.call('ecr', 'describe_repositories', { repositoryNames: [functionsRepository] });
      expect(found['repositories']).toMatchObject([{ imageTagMutability: 'IMMUTABLE' }]);
    }, 60_000);

    test('is destroyed only where it is not production, and leaves its code, closed', async () => {
      const refused = isProtected ? await run('destroy', '--yes', '--skip-preview') : undefined;
      expect([refused?.exitCode === 0, refused?.output.includes('protect')]).toEqual([
        false,
        isProtected ? true : undefined,
      ]);
      expect(await repositories()).toEqual(expect.arrayContaining(ownRepositories));
      await engine.run('state', 'unprotect', '--all', '--yes', '--stack', name);
      const { exitCode, output } = await run('destroy', '--yes', '--skip-preview');
      expect(exitCode === 0 ? '' : lastLines(output)).toBe('');
      const { bucket: Bucket } = environment.codeStore;
      expect(await buckets()).toEqual(expect.arrayContaining([Bucket, `${Bucket}-logs`]));
      const { PublicAccessBlockConfiguration } = await aws.call('s3', 'get_public_access_block', { Bucket });
      expect(Object.values(objectOf(PublicAccessBlockConfiguration))).toEqual([true, true, true, true]);
      const kept = isProtected ? [functionsRepository, operatorRepository] : [];
      expect((await repositories()).filter((one) => ownRepositories.includes(one)).toSorted()).toEqual(kept.toSorted());
    }, 90_000);
  },
);

const upOfDevAs = async (other: AwsVariables) => {
  const stranger = startEngine({ KUBECONFIG: controlPlane.kubeconfig, ...other });
  try {
    await stranger.run('stack', 'init', 'dev');
    return await stranger.run('up', '--stack', 'dev', '--yes', '--skip-preview');
  } finally {
    stranger.dispose();
  }
};

describe('the stack dev with other credentials', () => {
  test('fails in another account, and creates nothing there', async () => {
    const other = await moto.logIn('111122223333');
    const { exitCode, output } = await upOfDevAs(other);
    expect(exitCode).not.toBe(0);
    expect(output).toContain(`AWS account: got 111122223333, allowed ${account}, which holds dev`);
    const client = moto.connect(other);
    expect(await client.call('s3', 'list_buckets')).toMatchObject({ Buckets: [] });
    client.close();
  }, 60_000);

  test('fails in another region', async () => {
    const { exitCode, output } = await upOfDevAs({ ...variables, AWS_REGION: 'eu-west-1' });
    expect(exitCode).not.toBe(0);
    expect(output).toContain('AWS region: got eu-west-1, allowed us-west-2, which holds dev');
  }, 60_000);

  test('fails with credentials that are no longer valid', async () => {
    await moto.requireLogin(true);
    const { exitCode, output } = await upOfDevAs({ ...variables, AWS_ACCESS_KEY_ID: 'ASIAGONE' });
    await moto.requireLogin(false);
    expect(exitCode).not.toBe(0);
    expect(output).toContain('AWS credentials: got');
    expect(output).toContain('log in again');
  }, 60_000);
});
