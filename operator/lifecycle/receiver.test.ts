import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../config.ts';
import { MemoryInformer } from '../reconcile/memory-informer.ts';
import type { Broker } from '../specs/broker.ts';
import { addressOf, audienceOf } from './receiver.ts';

const sender = { name: 'hello', namespace: 'functions', uid: 'u', source: 's', broker: 'lambda-broker' };
const url = 'http://lambda-broker-broker-ingress.functions.svc.cluster.local';
const rabbitmq = JSON.stringify({
  cluster: { by: 'name', name: 'rabbitmq', namespace: 'rabbitmq' },
  queueType: 'quorum',
  vhost: '/',
});

function brokersWith(status?: Broker['status']): MemoryInformer<Broker> {
  const informer = new MemoryInformer<Broker>('brokers');
  const metadata = {
    name: 'lambda-broker',
    namespace: 'functions',
    uid: 'b',
    resourceVersion: '1',
    creationTimestamp: '',
  };
  if (status !== undefined) informer.put({ apiVersion: 'v1', kind: 'Broker', metadata, status });
  return informer;
}

const receiverOf = (variables: Readonly<Record<string, string>>) => readConfig([], variables).lifecycle;
const listed = { WATCH_NAMESPACES: 'functions' };

describe('who hears of lifecycle events', () => {
  test('is the Broker of the namespace, from when it is there', () => {
    const receiver = receiverOf(listed);
    expect(audienceOf(receiver, brokersWith(), sender)).toBe('away');
    expect(audienceOf(receiver, brokersWith({}), sender)).toBe('there');
    expect(addressOf(receiver, brokersWith({ address: { url } }), sender)).toBe(url);
  });

  test('fails while the Broker has no address', () => {
    expect(() => addressOf(receiverOf(listed), brokersWith({}), sender)).toThrow(
      'Broker functions/lambda-broker has no address',
    );
  });

  test('is the Broker that the operator is about to make, where Brokers can be made', () => {
    const receiver = receiverOf({ BROKER_CONFIG: rabbitmq });
    expect(audienceOf(receiver, brokersWith(), sender)).toBe('there');
    expect(audienceOf(receiver, brokersWith(), { ...sender, broker: 'other' })).toBe('away');
    const missing = { cache: brokersWith().cache, unavailable: 'the cluster does not serve it' };
    expect(audienceOf(receiver, missing, sender)).toBe('away');
  });

  test('is nobody where eventing is off, of the environment or of the function', () => {
    expect(audienceOf(receiverOf({ LIFECYCLE_EVENTS: 'off' }), brokersWith({}), sender)).toBe('none');
    expect(audienceOf(receiverOf(listed), brokersWith({}), { ...sender, broker: undefined })).toBe('none');
  });

  test('is the address that an environment names, wherever the Broker is', () => {
    const receiver = receiverOf({ LIFECYCLE_EVENTS: 'https://events.example.com/in' });
    expect(audienceOf(receiver, brokersWith(), sender)).toBe('there');
    expect(addressOf(receiver, brokersWith(), sender)).toBe('https://events.example.com/in');
  });

  test('fails for what is no address', () => {
    expect(() => receiverOf({ LIFECYCLE_EVENTS: 'somewhere' })).toThrow('LIFECYCLE_EVENTS');
  });
});
