import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { isInCloud, recordCloud } from '../../infra/index.ts';
import type { CloudEnvironment } from '../../infra/names.ts';
import { readEnvironments } from '../../stacks/index.ts';
import type { AwsClient } from './aws-client.ts';
import { listOf, objectOf } from './aws-kind.ts';
import { awsKindOf } from './aws-kinds.ts';
import { makeCheckout } from './checkout.ts';
import { describeStack, usePlace } from './cloud-stacks.ts';
import { type EngineRun, startEngine } from './engine.ts';
import type { AwsVariables } from './moto.ts';

const tiers = readEnvironments()
  .filter(isInCloud)
  .filter(({ cluster }) => cluster.name === 'tiers');
const account = tiers[0]?.cloud.account ?? '';
const place = usePlace(tiers);

function prd(): CloudEnvironment {
  const found = tiers.find(({ name }) => name === 'prd');
  if (found === undefined) throw new Error('prd is not in the cloud');
  return found;
}

/** An update by somebody else than the place's engine, who has no state of the stack. */
async function upOf(stack: string, as: AwsVariables): Promise<EngineRun> {
  const stranger = startEngine({ KUBECONFIG: place().controlPlane.kubeconfig, ...as });
  try {
    await stranger.run('stack', 'init', stack);
    return await stranger.run('up', '--stack', stack, '--yes', '--skip-preview');
  } finally {
    stranger.dispose();
  }
}

/** Types whose names an account has once, as the refusal calls them. */
const named: Readonly<Record<string, string>> = {
  'aws:ecr/repository:Repository': 'ECR repository',
  'aws:iam/policy:Policy': 'IAM policy',
  'aws:iam/role:Role': 'IAM role',
  'aws:s3/bucket:Bucket': 'S3 bucket',
  'aws:secretsmanager/secret:Secret': 'Secrets Manager entry',
  'aws:sqs/queue:Queue': 'SQS queue',
};

interface TakenName {
  readonly shown: string;
  remove(this: void): Promise<void>;
}

/** What the environment would create, created by another stack. */
async function takeNames(aws: AwsClient, environment: CloudEnvironment): Promise<readonly TakenName[]> {
  const taken: TakenName[] = [];
  for (const { type, properties } of await recordCloud(environment)) {
    if (named[type] === undefined) continue;
    const { name, bucket, policy, assumeRolePolicy } = properties;
    const tags = { Environment: 'elsewhere' };
    const inputs = { name, bucket, policy, assumeRolePolicy, tags, recoveryWindowInDays: 0 };
    const kind = awsKindOf(type);
    const state = { ...inputs, ...(await kind.create(aws, inputs)) };
    taken.push({ shown: `${named[type]}: got ${String(bucket ?? name)}`, remove: () => kind.remove(aws, state) });
  }
  return taken;
}

test('the stack prd fails where another stack has its names, with a line for each, and creates nothing', async () => {
  const { aws, variables } = place();
  const taken = await takeNames(aws, prd());
  const { exitCode, output } = await upOf('prd', variables);
  const { Rules } = await aws.call('events', 'list_rules');
  for (const { remove } of taken) await remove();
  expect(exitCode).not.toBe(0);
  for (const { shown } of taken) {
    expect(output).toContain(
      `${shown}, which the stack elsewhere owns, allowed a name of its own; rename it in stacks/prd.ts`,
    );
  }
  expect(new Set(taken.map(({ shown }) => shown.split(':')[0]))).toEqual(new Set(Object.values(named)));
  expect(Rules).toEqual([]);
});

/** A network as somebody makes it for the cluster, before any stack. */
async function makeNetwork(aws: AwsClient): Promise<object> {
  const { VpcId: vpc } = objectOf((await aws.call('ec2', 'create_vpc', { CidrBlock: '10.0.0.0/16' }))['Vpc']);
  const cidr = '10.0.128.0/24';
  const { Subnet } = await aws.call('ec2', 'create_subnet', { VpcId: vpc, CidrBlock: cidr });
  const { RouteTable } = await aws.call('ec2', 'create_route_table', { VpcId: vpc });
  return {
    vpc,
    routeTables: [objectOf(RouteTable)['RouteTableId']],
    subnets: [objectOf(Subnet)['SubnetId']],
    cidrs: [cidr],
  };
}

/** Settings that no environment has switched on; endpoints are a matter of all that share a cluster. */
beforeAll(async () => {
  const { aws, engine } = place();
  const endpoints = JSON.stringify(await makeNetwork(aws));
  const write = (stack: string, line: string): void =>
    appendFileSync(join(engine.project, 'stacks', `${stack}.ts`), `\n${line}\n`);
  for (const { name } of tiers) write(name, `Object.assign(${name}.cloud ?? {}, { endpoints: ${endpoints} });`);
  write('prd', "Object.assign(prd.imageRegistry, { replicateTo: ['eu-west-1'] });");
  write('prd', "Object.assign(prd.cost ?? {}, { alertEmails: ['platform@example.org'] });");
});

const services = ['ecr.api', 'ecr.dkr', 's3'].map((service) => `com.amazonaws.us-west-2.${service}`);

async function endpointsNow(aws: AwsClient): Promise<readonly string[]> {
  const { VpcEndpoints } = await aws.call('ec2', 'describe_vpc_endpoints');
  const open = listOf(VpcEndpoints).filter(({ State }) => State !== 'deleted');
  return open.map(({ ServiceName }) => String(ServiceName)).toSorted();
}

async function replicationRules(aws: AwsClient): Promise<unknown> {
  return objectOf((await aws.call('ecr', 'describe_registry'))['replicationConfiguration'])['rules'];
}

const budgetOfPrd = { AccountId: account, BudgetName: 'knative-lambda-prd' };

function testWhatIsSwitchedOn(): void {
  test('opens private ways to S3 and ECR, copies its images to another region, and tells of its cost', async () => {
    const { aws } = place();
    expect(await endpointsNow(aws)).toEqual(services);
    expect(await replicationRules(aws)).toEqual([
      {
        destinations: [{ region: 'eu-west-1', registryId: account }],
        repositoryFilters: ['knative-lambdas-prd', 'knative-lambda-builder-prd'].map((filter) => ({
          filter,
          filterType: 'PREFIX_MATCH',
        })),
      },
    ]);
    const { Notifications } = await aws.call('budgets', 'describe_notifications_for_budget', budgetOfPrd);
    expect(listOf(Notifications).map(({ Threshold }) => Threshold)).toEqual([80, 100]);
  });
}

/** Ends the make of a preview in the copy of the project that the engine runs in. */
const preview = (variables: Readonly<Record<string, string>>) => {
  const { project, variables: login } = place().engine;
  const env = { ...login, BASE: 'HEAD', SOURCE: 'committed', ...variables };
  return spawnSync(process.execPath, ['dist/preview.mjs', '--engine'], { cwd: project, env, encoding: 'utf8' });
};

const settings = (): string => join(place().engine.project, 'stacks', 'dev.ts');

function testPreview(): void {
  test('is previewed as somebody who is logged in sees it: a bucket of another name is made again', () => {
    makeCheckout(place().engine.project);
    const text = readFileSync(settings(), 'utf8');
    writeFileSync(settings(), text.replace(/(bucket: '[^']+)'/, "$1-2'"));
    const { status, stdout, stderr } = preview({ FAIL_ON: 'danger' });
    writeFileSync(settings(), text);
    expect(stderr).toBe('');
    expect(stdout).toContain('Pulumi was asked about the stacks dev');
    expect(stdout).toContain('cloud-replaced  aws:s3/bucket:Bucket code: would be replaced for `bucket`  dev');
    expect(status).toBe(1);
  });

  test('is previewed as it is: nothing would be done', () => {
    const { status, stdout } = preview({});
    expect(stdout).toMatch(/^No change in any environment [^\n]+\n[^]*Pulumi was asked about the stacks dev/);
    expect(status).toBe(0);
  });

  test('fails to be previewed without a login, in one line', () => {
    const home = join(place().engine.project, '..', 'nobody');
    const { status, stdout, stderr } = preview({ PULUMI_HOME: home, PULUMI_BACKEND_URL: '' });
    expect(stderr).toMatch(/^ENGINE: got a Pulumi CLI that is not logged in \(.+\), allowed one that is; [^\n]+\n$/);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });
}

const more: Readonly<Record<string, () => void>> = { dev: testPreview, prd: testWhatIsSwitchedOn };

for (const environment of tiers) describeStack(environment, place, more[environment.name]);

test('nothing of what was switched on outlives the stack prd', async () => {
  const { aws } = place();
  expect(await endpointsNow(aws)).toEqual([]);
  expect(await replicationRules(aws)).toEqual([]);
  await expect(aws.call('budgets', 'describe_budget', budgetOfPrd)).rejects.toThrow('NotFound');
});

describe('the stack dev with other credentials', () => {
  test('fails in another account, and creates nothing there', async () => {
    const { moto } = place();
    const other = await moto.logIn('111122223333');
    const { exitCode, output } = await upOf('dev', other);
    expect(exitCode).not.toBe(0);
    expect(output).toContain(`AWS account: got 111122223333, allowed ${account}, which holds dev`);
    const client = moto.connect(other);
    expect(await client.call('s3', 'list_buckets')).toMatchObject({ Buckets: [] });
    client.close();
  });

  test('fails in another region', async () => {
    const { exitCode, output } = await upOf('dev', { ...place().variables, AWS_REGION: 'eu-west-1' });
    expect(exitCode).not.toBe(0);
    expect(output).toContain('AWS region: got eu-west-1, allowed us-west-2, which holds dev');
  });

  test('fails with credentials that are no longer valid', async () => {
    const { moto, variables } = place();
    await moto.requireLogin(true);
    const { exitCode, output } = await upOf('dev', { ...variables, AWS_ACCESS_KEY_ID: 'ASIAGONE' });
    await moto.requireLogin(false);
    expect(exitCode).not.toBe(0);
    expect(output).toContain('AWS credentials: got');
    expect(output).toContain('log in again');
  });
});
