import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../config.ts';

const settingsOf = (variables: Readonly<Record<string, string>>) => readConfig([], variables).agents;

const rabbitmq = {
  cluster: { by: 'name', name: 'rabbitmq-cluster-knative-lambda', namespace: 'knative-lambda' },
  queueType: 'quorum',
  vhost: '/',
};

describe('settings of agents', () => {
  test('give each agent a broker where nothing else is said, on the RabbitMQ of the environment', () => {
    expect(settingsOf({}).broker).toEqual({ kind: 'dedicated', rabbitmq: undefined });
    const given = { BROKER_CONFIG: JSON.stringify(rabbitmq), WATCH_NAMESPACES: 'agents' };
    expect(settingsOf(given).broker).toEqual({ kind: 'dedicated', rabbitmq });
  });

  test('let agents read the broker of their namespace', () => {
    expect(settingsOf({ AGENT_BROKER: 'shared', BROKER_NAME: 'events' }).broker).toEqual({
      kind: 'shared',
      name: 'events',
    });
  });

  test('are those of functions in everything that holds for both', () => {
    const { functions, agents } = readConfig([], { FUNCTION_TIMEOUT_SECONDS: '60', MAX_TIMEOUT_SECONDS: '900' });
    expect(agents.maxTimeoutSeconds).toBe(900);
    expect(functions.serving).toMatchObject(agents.serving);
    expect(agents.serving.timeoutSeconds).toBe(60);
  });

  test('fails on another kind of broker', () => {
    expect(() => settingsOf({ AGENT_BROKER: 'many' })).toThrow('AGENT_BROKER: got "many", allowed dedicated, shared');
  });

  test('have the key of the paths of supervised agents from a file that may change, and may not be there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keys-'));
    const given = { SUPERVISION_ADDRESS: 'http://receiver', SUPERVISION_KEYS_FOLDER: folder };
    const { supervision } = settingsOf(given);
    expect(await supervision?.readKey()).toBeUndefined();
    writeFileSync(join(folder, 'key'), 'one\n');
    expect(await supervision?.readKey()).toBe('one');
    writeFileSync(join(folder, 'key'), 'two\n');
    expect(await supervision?.readKey()).toBe('two');
    rmSync(folder, { recursive: true });
    expect(settingsOf({ SUPERVISION_ADDRESS: 'http://receiver' }).supervision).toBeUndefined();
  });
});
