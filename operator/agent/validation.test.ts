import { describe, expect, test } from '@jest/globals';
import { labels } from '../api/index.ts';
import type { KubernetesObject } from '../kube/object.ts';
import { type ReferencedObjects, referenceVersions } from '../specs/reference.ts';
import { mostPromptBytes } from './prompt.ts';
import { referencesOf } from './references.ts';
import { sampleAgent, sampleSettings } from './sample.ts';
import { validateAgent } from './validation.ts';

const secretOf = (name: string, more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name,
    namespace: 'agents',
    uid: `uid-${name}`,
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { [labels.usableBy]: 'functions' },
    ...more,
  },
});

const watched = (...secrets: KubernetesObject[]): ReferencedObjects => ({
  kind: 'watched',
  find: ({ kind, name }) => (kind === 'Secret' ? secrets.find(({ metadata }) => metadata.name === name) : undefined),
});

const spec = {
  ai: { provider: 'openai', apiKeySecretRef: { name: 'keys', key: 'api' } },
  memory: { enabled: true, shortTerm: { redisSecretRef: { name: 'redis' } } },
};

function faultsOf(given: object, objects: ReferencedObjects, settings = sampleSettings) {
  return validateAgent(sampleAgent(given), settings, objects).map(({ message, reason }) => `${reason}: ${message}`);
}

describe('a Secret that an agent names', () => {
  test('may be named where its owner lends it', () => {
    expect(faultsOf(spec, watched(secretOf('keys'), secretOf('redis')))).toEqual([]);
    expect(faultsOf(spec, { kind: 'unwatched' })).toEqual([]);
  });

  test('fails where it is missing, unless the agent can do without', () => {
    expect(faultsOf(spec, watched(secretOf('keys')))).toEqual([
      expect.stringMatching(/^SecretMissing: spec.memory.shortTerm.redisSecretRef names Secret redis,/),
    ]);
    const ai = { apiKeySecretRef: { name: 'keys', key: 'api', optional: true } };
    expect(faultsOf({ ai }, watched())).toEqual([]);
  });

  test('fails where its owner does not lend it, unless the environment only warns', () => {
    const objects = watched(secretOf('keys', { labels: {} }), secretOf('redis'));
    expect(faultsOf(spec, objects)).toEqual([expect.stringMatching(/^SecretNotUsable: spec.ai.apiKeySecretRef/)]);
    expect(faultsOf(spec, objects, { ...sampleSettings, enforceUsableBy: false })).toEqual([]);
  });

  test('that gets a new value is another version of the pods that read it, and one to pull with is not', () => {
    const { spec: parsed } = sampleAgent({ ...spec, image: { repository: 'a', imagePullSecrets: ['pull'] } });
    const versionsWith = (resourceVersion: string) => {
      const secrets = ['keys', 'redis', 'pull'].map((name) => secretOf(name, { resourceVersion }));
      return referenceVersions(referencesOf(parsed), watched(...secrets), undefined);
    };
    expect(versionsWith('1')).toBe('Secret/keys=uid-keys.1,Secret/redis=uid-redis.1');
    expect(versionsWith('2')).toBe('Secret/keys=uid-keys.2,Secret/redis=uid-redis.2');
  });

  test('is not looked for where the memory that it belongs to is off', () => {
    expect(referencesOf(sampleAgent({ memory: { ...spec.memory, enabled: false } }).spec)).toEqual([]);
  });
});

const timeout = (value: string): object => ({ env: [{ name: 'TIMEOUT_SECONDS', value }] });

const prompt = (bytes: number): object => ({ behavior: { systemPrompt: '€'.repeat(bytes / 3) } });

describe('a spec', () => {
  test('may ask for the longest call that the cluster allows, and fails on a longer one', () => {
    expect(faultsOf(timeout('3590'), watched())).toEqual([]);
    expect(faultsOf(timeout('3591'), watched())).toEqual([expect.stringContaining('allowed at most 3590')]);
  });

  test('fails on a prompt that no annotation holds', () => {
    expect(faultsOf(prompt(mostPromptBytes), watched())).toEqual([]);
    expect(faultsOf(prompt(mostPromptBytes + 3), watched())).toEqual([
      `PromptTooLarge: spec.behavior.systemPrompt has ${mostPromptBytes + 3} bytes, allowed ${mostPromptBytes}; shorten it, or keep what it quotes where the agent can look it up`,
    ]);
  });

  test('fails on variables that Knative sets', () => {
    const env = [{ name: 'K_SERVICE', value: 'x' }];
    expect(faultsOf({ env }, watched())).toEqual([expect.stringContaining('EnvironmentNameReserved: env K_SERVICE')]);
  });
});
