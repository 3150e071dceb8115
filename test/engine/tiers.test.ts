import { describe, expect, test } from '@jest/globals';
import { isInCloud } from '../../infra/index.ts';
import { readEnvironments } from '../../stacks/index.ts';
import { describeStack, usePlace } from './cloud-stacks.ts';
import { type EngineRun, startEngine } from './engine.ts';
import type { AwsVariables } from './moto.ts';

const tiers = readEnvironments()
  .filter(isInCloud)
  .filter(({ cluster }) => cluster.name === 'tiers');
const account = tiers[0]?.cloud.account ?? '';
const place = usePlace(tiers);

for (const environment of tiers) describeStack(environment, place);

async function upOfDevAs(other: AwsVariables): Promise<EngineRun> {
  const stranger = startEngine({ KUBECONFIG: place().controlPlane.kubeconfig, ...other });
  try {
    await stranger.run('stack', 'init', 'dev');
    return await stranger.run('up', '--stack', 'dev', '--yes', '--skip-preview');
  } finally {
    stranger.dispose();
  }
}

test('the stack dev fails where another stack has a repository of that name, and leaves it alone', async () => {
  const { aws, variables } = place();
  const repositoryName = 'knative-lambdas-dev';
  await aws.call('ecr', 'create_repository', { repositoryName, tags: [{ Key: 'Environment', Value: 'elsewhere' }] });
  const { exitCode, output } = await upOfDevAs(variables);
  await aws.call('ecr', 'delete_repository', { repositoryName });
  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    'ECR repository: got knative-lambdas-dev, which the stack elsewhere owns, allowed a name of its own; rename it in stacks/dev.ts',
  );
});

describe('the stack dev with other credentials', () => {
  test('fails in another account, and creates nothing there', async () => {
    const { moto } = place();
    const other = await moto.logIn('111122223333');
    const { exitCode, output } = await upOfDevAs(other);
    expect(exitCode).not.toBe(0);
    expect(output).toContain(`AWS account: got 111122223333, allowed ${account}, which holds dev`);
    const client = moto.connect(other);
    expect(await client.call('s3', 'list_buckets')).toMatchObject({ Buckets: [] });
    client.close();
  });

  test('fails in another region', async () => {
    const { exitCode, output } = await upOfDevAs({ ...place().variables, AWS_REGION: 'eu-west-1' });
    expect(exitCode).not.toBe(0);
    expect(output).toContain('AWS region: got eu-west-1, allowed us-west-2, which holds dev');
  });

  test('fails with credentials that are no longer valid', async () => {
    const { moto, variables } = place();
    await moto.requireLogin(true);
    const { exitCode, output } = await upOfDevAs({ ...variables, AWS_ACCESS_KEY_ID: 'ASIAGONE' });
    await moto.requireLogin(false);
    expect(exitCode).not.toBe(0);
    expect(output).toContain('AWS credentials: got');
    expect(output).toContain('log in again');
  });
});
