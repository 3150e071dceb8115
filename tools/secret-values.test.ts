import { describe, expect, test } from '@jest/globals';
import { requiredSecrets } from '../charts/required-secrets.ts';
import { findEnvironment, readEnvironments } from '../stacks/index.ts';
import { buildSecret, chooseSecret, generateValues, parseValues } from './secret-values.ts';

const environments = readEnvironments();
const pro = findEnvironment(environments, 'pro');
const dev = findEnvironment(environments, 'dev');
const keys = ['accesskey', 'secretkey'];

const readStray = () => parseValues('accesskey=a\nsecretkey=b\nhunter2\n', keys);

describe('the values of a Secret', () => {
  test('are read one a line, with equals signs in the value', () => {
    expect(parseValues('accesskey=a=b==\r\nsecretkey= with space \n', keys)).toEqual(
      new Map([
        ['accesskey', 'a=b=='],
        ['secretkey', ' with space '],
      ]),
    );
  });

  test('fails on a key that is missing or empty, each with its line', () => {
    expect(() => parseValues('accesskey=\n', keys)).toThrow(
      'accesskey: missing or empty; give a line accesskey=value\nsecretkey: missing or empty; give a line secretkey=value',
    );
  });

  test('fails on an unknown key without showing it, because it may be a value', () => {
    expect(readStray).toThrow('standard input: got a key that is not allowed; allowed accesskey, secretkey');
    expect(readStray).not.toThrow(/hunter2/);
  });

  test('become a Secret that functions may name where they need it', () => {
    const [secret] = chooseSecret(pro, requiredSecrets(pro), 'minio-credentials');
    const values = new Map([
      ['accesskey', 'a'],
      ['secretkey', 'b'],
    ]);
    expect(secret && buildSecret(secret, values)).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'minio-credentials',
        namespace: 'knative-lambda',
        labels: { 'lambda.knative.io/usable-by': 'functions' },
      },
      type: 'Opaque',
      stringData: { accesskey: 'a', secretkey: 'b' },
    });
  });

  test('are made where nobody has to know them, beside those that are no secret', () => {
    const [secret] = chooseSecret(pro, requiredSecrets(pro), 'rabbitmq-credentials');
    const [one, other] = [generateValues(['password']), generateValues(['password'])];
    expect(one.get('password')).toMatch(/^[\w-]{32}$/);
    expect(one).not.toEqual(other);
    expect(secret && buildSecret(secret, one)).toMatchObject({
      stringData: {
        username: 'knative-lambda',
        uri: 'rabbitmq-cluster-knative-lambda.knative-lambda.svc.cluster.local:15672',
        password: one.get('password'),
      },
    });
  });

  test('let Brokers of the function namespaces connect where these stand apart', () => {
    const secret = requiredSecrets(dev).find(({ name }) => name === 'rabbitmq-credentials');
    expect(secret && buildSecret(secret, new Map()).metadata).toMatchObject({
      annotations: { 'rabbitmq.com/topology-allowed-namespaces': 'knative-lambda-dev-functions' },
    });
  });

  test('fails on a Secret that is generated in the cluster', () => {
    expect(() => chooseSecret(dev, requiredSecrets(dev), 'rabbitmq-credentials')).toThrow(
      'SECRET: got rabbitmq-credentials, which is generated in the cluster of dev; seal nothing',
    );
  });

  test('fails on a Secret that the environment does not need, and names those it does', () => {
    expect(() => chooseSecret(pro, requiredSecrets(pro), '../../etc/passwd')).toThrow(
      'SECRET: got "../../etc/passwd", allowed minio-credentials, rabbitmq-credentials, knative-lambda-broker-paths, rabbitmq-dead-letters, knative-lambda-alert-token in pro',
    );
  });

  test('fails where a secret manager holds them, and says under which name', () => {
    expect(() => chooseSecret(dev, requiredSecrets(dev), 'minio-credentials')).toThrow(
      'knative-lambda/dev/minio-credentials',
    );
  });
});
