import { describe, expect, test } from '@jest/globals';
import { readConfig, usage } from '../operator/config.ts';
import { readReceiverConfig, usage as receiverUsage } from '../operator/receiver/configuration.ts';
import { readEnvironments } from '../stacks/index.ts';
import { deployedController, deployedReceiver } from './deployed-programs.ts';

const environments = readEnvironments().map(({ name }) => name);

/** Variables that the manifests set and no program reads yet; a part that reads its own takes them out of here. */
const waiting = [
  'ECR_REGISTRY',
  'ECR_REPOSITORY',
  'MINIO_BUCKET',
  'MINIO_ENDPOINT',
  'MINIO_SECRET',
  'RABBITMQ_BUILD_QUEUE',
  'RABBITMQ_RESULT_QUEUE',
  'RABBITMQ_SERVICE_QUEUE',
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

  test.each(environments)('of %s let events in with a proof, and give dead letters a place', (name) => {
    const { args, variables } = deployedReceiver(name);
    const { brokers, deadLetters, ...config } = readReceiverConfig(args, variables);
    expect(config).toMatchObject({ environment: name, allowAnonymous: false, signingKeysFolder: expect.any(String) });
    expect(brokers?.namespaces.map(config.serves)).toEqual(brokers?.namespaces.map(() => true));
    expect(brokers?.namespaces.length).toBeGreaterThan(0);
    const isInCloud = variables['S3_BUCKET'] !== undefined;
    expect(deadLetters).toMatchObject({ kind: 'bucket', place: { bucket: expect.stringMatching(/./) } });
    expect(deadLetters.kind === 'bucket' && deadLetters.keysFolder === undefined).toBe(isInCloud);
  });

  /** Read where the receiver takes on its role, and by Node.js itself. */
  const readElsewhere = ['AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE', 'NODE_OPTIONS'];

  test('set no variable that no program reads, but for those that wait for one', () => {
    const deployed = environments.flatMap((name) => [deployedController(name), deployedReceiver(name)]);
    const set = new Set(deployed.flatMap(({ variables }) => Object.keys(variables)));
    const read = `${usage}${receiverUsage}${readElsewhere.join(' ')}`;
    const unread = [...set].filter((name) => !new RegExp(String.raw`\b${name}\b`).test(read));
    expect(unread.toSorted()).toEqual(waiting);
  });
});
