import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../config.ts';

const settingsOf = (variables: Readonly<Record<string, string>>) => readConfig([], variables).functions;

describe('settings of functions', () => {
  test('have defaults that need nothing', () => {
    const { builds, eventing, registry, serving } = settingsOf({});
    expect({ builder: builds.builder, running: builds.maxConcurrent, cache: builds.cache }).toEqual({
      builder: 'kaniko',
      running: 10,
      cache: undefined,
    });
    expect(registry.push).toBe('localhost:5001');
    expect(eventing).toMatchObject({ broker: 'lambda-broker', deadLetterSink: undefined });
    expect(serving.telemetry.tracesEndpoint).toBe('');
  });

  test('are read from variables, structured ones as JSON', () => {
    const settings = settingsOf({
      BUILD_TOLERATIONS: '[{"key":"spot","operator":"Exists"}]',
      BUILD_NODE_SELECTOR: '{"pool":"builds"}',
      BUILD_IDENTITY: 'web-identity',
      BUILD_ROLE_ARN: 'arn:aws:iam::1:role/builder',
      BUILD_CACHE_REPOSITORY: 'registry.example.com/cache',
      BUILD_CACHE_NEEDS_IDENTITY: 'true',
      TRUSTED_HOSTS: 'minio:9000, git.internal',
      DEAD_LETTER_SINK: '{"ref":{"apiVersion":"v1","kind":"Service","name":"dlq","namespace":"control"},"uri":"/dlq"}',
    });
    expect(settings.builds.pod).toMatchObject({
      identity: { kind: 'web-identity', roleArn: 'arn:aws:iam::1:role/builder' },
      nodeSelector: { pool: 'builds' },
      tolerations: [{ key: 'spot', operator: 'Exists' }],
    });
    expect(settings.builds.cache).toEqual({ repository: 'registry.example.com/cache', needsIdentity: true });
    expect(settings.builds.trustedHosts).toEqual(['minio:9000', 'git.internal']);
    expect(settings.eventing.deadLetterSink).toMatchObject({ ref: { name: 'dlq' }, uri: '/dlq' });
  });

  test.each([
    ['BUILD_RESOURCES', '{"requests":{}}', 'JSON with requests and limits of cpu and memory'],
    ['BUILD_TOLERATIONS', 'spot', 'JSON with a list of tolerations'],
    ['MAX_CONCURRENT_JOBS', 'many', 'a whole number'],
    ['BUILDER', 'docker', 'kaniko, buildah'],
  ])('fails for a wrong %s, and says what is allowed', (name, value, allowed) => {
    expect(() => settingsOf({ [name]: value })).toThrow(
      `${name}: got ${JSON.stringify(value)}, allowed ${allowed}; change it`,
    );
  });
});
