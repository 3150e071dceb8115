import { describe, expect, test } from '@jest/globals';
import * as pulumi from '@pulumi/pulumi';
import { readEnvironments } from '../stacks/index.ts';
import { recordCloud } from './cloud-graph.ts';
import { type CloudEnvironment, isInCloud } from './names.ts';
import { checkOutput } from './outputs.ts';
import { type AskedResource, faultsOf, refuseUnsafe } from './refusals.ts';

const environments = readEnvironments().filter(isInCloud);
const dev = environments.find(({ name }) => name === 'dev');
const tags = { Project: 'knative-lambda', Environment: 'dev', Team: 'platform' };
const block = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
const repository = {
  name: 'images',
  imageTagMutability: 'IMMUTABLE',
  encryptionConfigurations: [{ encryptionType: 'AES256' }],
  tags,
};

function devOnly(): CloudEnvironment {
  if (dev === undefined) throw new Error('dev is not in the cloud');
  return dev;
}

const own = ['arn:aws:s3:::knative-lambda-fusion-code-dev/*'];

const statement = (more: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: own, ...more }],
  });

const asked = (type: string, properties: AskedResource['properties']): AskedResource => ({
  type,
  name: 'one',
  properties,
});

const accessBlock = 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock';
const bucketPolicy = 'aws:s3/bucketPolicy:BucketPolicy';
const rolePolicy = 'aws:iam/rolePolicy:RolePolicy';
const repositoryType = 'aws:ecr/repository:Repository';

test.each(environments.map((environment) => [environment.name, environment] as const))(
  'nothing that %s asks for is refused',
  async (_, environment) => {
    const resources = await recordCloud(environment);
    expect(resources.flatMap((resource) => faultsOf(resource, environment))).toEqual([]);
  },
);

describe('the same resource without its fault', () => {
  test.each([
    [accessBlock, block],
    [bucketPolicy, { policy: statement({ Principal: { Service: 'logging.s3.amazonaws.com' } }) }],
    [rolePolicy, { policy: statement({ Action: 'ecr:GetAuthorizationToken', Resource: '*' }) }],
    [repositoryType, repository],
  ])('is let through: %s', (type, properties) => {
    expect(faultsOf(asked(type, properties), devOnly())).toEqual([]);
  });
});

test.each([
  ['a bucket that is not closed', accessBlock, { ...block, blockPublicPolicy: false }, 'blockPublicPolicy is not true'],
  ['a bucket that says nothing', accessBlock, {}, 'blockPublicAcls is not true'],
  ['a public ACL', 'aws:s3/bucket:Bucket', { acl: 'public-read', tags }, 'a public ACL'],
  [
    'a public bucket policy',
    bucketPolicy,
    { policy: statement({ Principal: '*' }) },
    'a statement that allows anybody',
  ],
  [
    'one written otherwise',
    bucketPolicy,
    { policy: statement({ Principal: { AWS: ['*'] } }) },
    'a statement that allows anybody',
  ],
  ['every action', rolePolicy, { policy: statement({ Action: '*' }) }, 'action *'],
  ['every action of a service', rolePolicy, { policy: statement({ Action: ['s3:*'] }) }, 'action s3:*'],
  ['every resource', rolePolicy, { policy: statement({ Resource: '*' }) }, 's3:GetObject on every resource'],
  ['all but some', rolePolicy, { policy: statement({ NotAction: 'iam:*' }) }, 'an Allow with NotAction'],
  ['a mutable repository', repositoryType, { ...repository, imageTagMutability: 'MUTABLE' }, 'tags that can be moved'],
  ['a repository without encryption', repositoryType, { ...repository, encryptionConfigurations: [] }, 'no encryption'],
  ['no tags', 'aws:sqs/queue:Queue', {}, 'tags without Project'],
  [
    'tags of another environment',
    'aws:sqs/queue:Queue',
    { tags: { ...tags, Environment: 'prd' } },
    'tags without Project, Team and Environment dev',
  ],
  [
    'the bucket of another environment',
    rolePolicy,
    { policy: statement({ Resource: 'arn:aws:s3:::knative-lambda-fusion-code-prd/*' }) },
    'arn:aws:s3:::knative-lambda-fusion-code-prd/*, which is not of dev',
  ],
  [
    'a role of another account',
    rolePolicy,
    { policy: statement({ Action: 'sts:AssumeRole', Resource: 'arn:aws:iam::111111111111:role/any' }) },
    'arn:aws:iam::111111111111:role/any, which is not of dev',
  ],
])('fails for %s', (...[, type, properties, fault]) => {
  const faults = faultsOf(asked(type, properties), devOnly());
  expect(faults.join('\n')).toContain(`one: got ${fault}`);
});

const transform = (props: object) =>
  refuseUnsafe(devOnly())({
    type: rolePolicy,
    name: 'one',
    props,
    opts: {},
    resource: new pulumi.ComponentResource('test:index:Any', 'any'),
  });

describe('in the program', () => {
  test('fails before the resource is registered', () => {
    expect(() => transform({ policy: statement({ Action: '*' }) })).toThrow('action *');
  });

  test('lets a document through that is known only later', async () => {
    const document = statement({});
    const result = transform({ policy: pulumi.output(document) });
    const props = await new Promise((resolve) => pulumi.output(result?.props).apply(resolve));
    expect(props).toEqual({ policy: document });
  });
});

/** What checkOwners says where AWS answers each question alike; an error has its text in `details`, as the engine's has. */
async function ownersWhere(answer: () => Record<string, unknown>): Promise<readonly string[]> {
  await pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: answer });
  const { Provider } = await import('@pulumi/aws');
  const { checkOwners } = await import('./owners.ts');
  const refused = await checkOwners(devOnly(), new Provider('caller')).catch((error: unknown) => String(error));
  await pulumi.runtime.disconnect();
  return (refused ?? '').split('\n');
}

const answering = (found: object) => () => ({ tags: found, resourceTagMappingLists: [{ tags: found }] });

const saying = (details: string) => () => {
  throw Object.assign(new Error(details), { details });
};

describe('names in the account', () => {
  test.each([
    ['that the stack has itself', answering({ Environment: 'dev' })],
    ['that no stack has', answering({ Owner: 'hand' })],
    ['of which the provider finds nothing', saying("reading IAM Role (one): couldn't find resource")],
    ['of which the provider gets nothing', saying('reading SQS Queue (one) URL: empty result')],
    ['that a service does not know', saying('NoSuchEntity: The role with name one cannot be found')],
  ])('%s are let through', async (_, answer) => {
    expect(await ownersWhere(answer)).toEqual(['']);
  });

  test('fail with a line for each that another stack has', async () => {
    const faults = await ownersWhere(answering({ Environment: 'prd' }));
    expect(faults.filter((fault) => fault.includes('which the stack prd owns'))).toHaveLength(faults.length);
    expect(faults.length).toBeGreaterThan(10);
  });

  test('fail where another account has them', async () => {
    const forbidden = 'reading S3 Bucket (one): operation error S3: HeadBucket, StatusCode: 403, Forbidden';
    expect(await ownersWhere(saying(forbidden))).toContain(
      `S3 bucket: got knative-lambda-fusion-code-dev, of which AWS says ${forbidden}, allowed a name of its own; rename it in stacks/dev.ts, or log in as somebody who may read it`,
    );
  });
});

test.each([
  ['password', 'x'],
  ['webhookToken', 'x'],
  ['address', 'amqp://user:hunter2@rabbitmq:5672'],
  ['note', '-----BEGIN RSA PRIVATE KEY-----'],
])('fails for output %s that holds a secret', (name, value) => {
  expect(() => checkOutput(name, value)).toThrow(`output ${name}: got a secret in clear`);
});

test('an output without a secret is as it was', () => {
  expect(checkOutput('codeBucket', 'knative-lambda-fusion-code-dev')).toBe('knative-lambda-fusion-code-dev');
});
