import { describe, expect, test } from '@jest/globals';
import { readReceiverConfig } from './configuration.ts';

const read = (environment: Readonly<Record<string, string>> = {}, ...args: readonly string[]) =>
  readReceiverConfig(['--mode=receiver', ...args], environment);

describe('the configuration of the receiver', () => {
  test('lets nobody in without a proof, and limits each sender, where nothing is set', () => {
    expect(read({ PORT: '' })).toMatchObject({
      port: 8080,
      allowAnonymous: false,
      meshDomain: undefined,
      rate: { perSecond: 50, burst: 100 },
      limits: { bodyBytes: 1_048_576, concurrency: 256 },
    });
  });

  test('serves the namespaces of the environment, also those that a second controller has', () => {
    expect(read({ EXCLUDED_NAMESPACES: 'canary' }).serves('canary')).toBe(true);
    const listed = read({ WATCH_NAMESPACES: 'a,canary', EXCLUDED_NAMESPACES: 'canary' });
    expect([listed.serves('a'), listed.serves('b'), listed.serves('canary')]).toEqual([true, false, true]);
  });

  test('has Brokers send here where there are keys for their paths', () => {
    const receiver = { apiVersion: 'v1', kind: 'Service', name: 'events', namespace: 'control' };
    const variables = { RECEIVER_REFERENCE: JSON.stringify(receiver), FUNCTION_NAMESPACES: 'a,b' };
    expect(read(variables).brokers).toBeUndefined();
    expect(read({ ...variables, BROKER_KEYS_FOLDER: '/keys' }).brokers).toEqual({
      keysFolder: '/keys',
      namespaces: ['a', 'b'],
      receiver,
    });
  });

  test('fails with a line for each fault', () => {
    expect(() => read({ PORT: 'http', RATE_LIMIT: '0', ALLOW_ANONYMOUS: 'yes' }, '--leader-elect')).toThrow(
      [
        'flag: got --leader-elect, allowed --mode, --help; correct or remove it',
        'PORT: got "http", allowed a whole number; change it',
        'ALLOW_ANONYMOUS: got "yes", allowed true, false; change it',
        'RATE_LIMIT: got "0", allowed 1 or more; change it',
      ].join('\n'),
    );
  });
});

test('dead letters go to a bucket where one is set', () => {
  expect(read().deadLetters).toEqual({ kind: 'none' });
  const variables = { DEAD_LETTER_ENDPOINT: 'http://minio:9000', DEAD_LETTER_BUCKET: 'code', AWS_REGION: 'eu-west-1' };
  expect(read(variables).deadLetters).toMatchObject({
    kind: 'bucket',
    place: { endpoint: 'http://minio:9000', bucket: 'code', prefix: 'dead-letters/', region: 'eu-west-1' },
    retentionDays: undefined,
  });
  expect(read({ ...variables, DEAD_LETTER_RETENTION_DAYS: '30' }).deadLetters).toMatchObject({ retentionDays: 30 });
});

test('serves no protocol for callers unless one is set, and fails for one that it does not know', () => {
  expect(read().interfaces.served).toEqual([]);
  const variables = { INTERFACES: 'a2a,mcp', INTERFACE_URL: 'https://lambda.example.com/', CALL_SECONDS: '55' };
  expect(read(variables).interfaces).toEqual({
    served: ['a2a', 'mcp'],
    url: 'https://lambda.example.com',
    callMs: 55_000,
  });
  expect(() => read({ INTERFACES: 'a2a,acp' })).toThrow(/^INTERFACES\S*: got .*allowed a2a, mcp/);
});
