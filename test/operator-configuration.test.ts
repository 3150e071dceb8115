import { describe, expect, test } from '@jest/globals';
import { readConfig, usage } from '../operator/config.ts';
import { readEnvironments } from '../stacks/index.ts';
import { deployedController } from './deployed-controller.ts';

const environments = readEnvironments().map(({ name }) => name);

/** Variables that the manifests set and no program reads yet; a part that reads its own takes them out of here. */
const waiting = [
  'AWS_REGION',
  'AWS_ROLE_ARN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'DEFAULT_NAMESPACE',
  'ECR_REGISTRY',
  'ECR_REPOSITORY',
  'MINIO_BUCKET',
  'MINIO_ENDPOINT',
  'MINIO_SECRET',
  'RABBITMQ_BUILD_QUEUE',
  'RABBITMQ_HOST',
  'RABBITMQ_RESULT_QUEUE',
  'RABBITMQ_SERVICE_QUEUE',
  'RABBITMQ_VHOST',
  'S3_BUCKET',
  'S3_PREFIX',
];

describe('the manifests', () => {
  test.each(environments)('of %s give the controller flags and variables that it takes', (name) => {
    const { args, variables } = deployedController(name);
    expect(readConfig(args, variables)).toMatchObject({
      mode: 'controller',
      metricsAddress: { port: 8080 },
      healthAddress: { port: 8081 },
      leaderElection: { kind: 'lease', namespace: 'from-the-pod', name: 'knative-lambda-operator' },
      tracing: { kind: 'otlp', endpoint: 'http://tempo.tempo.svc:4318', program: { environment: name } },
    });
  });

  test('set no variable that no program reads, but for those that wait for one', () => {
    const set = new Set(environments.flatMap((name) => Object.keys(deployedController(name).variables)));
    const unread = [...set].filter((name) => !new RegExp(String.raw`\b${name}\b`).test(usage));
    expect(unread.toSorted()).toEqual(waiting);
  });
});
