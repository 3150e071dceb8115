import { describe, expect, test } from '@jest/globals';
import { MemoryInformer } from '../reconcile/memory-informer.ts';
import { KnownFunctions, type StoredFunction } from './known-functions.ts';
import { sampleFunction } from './sample.ts';

const stored = (resourceVersion: string, phase: string, uid = 'first'): StoredFunction => {
  const { apiVersion, kind, spec, status } = sampleFunction({}, {}, { phase });
  const metadata = { name: 'hello', namespace: 'functions', generation: 1, creationTimestamp: '' };
  return { apiVersion, kind, metadata: { ...metadata, uid, resourceVersion }, spec, status };
};
const key = 'functions/hello';

function known() {
  const informer = new MemoryInformer<StoredFunction>('lambdafunctions');
  const functions = new KnownFunctions(informer);
  const phase = (): string | undefined => {
    const parsed = functions.get(key);
    return parsed?.kind === 'function' ? parsed.function.status?.phase : parsed?.kind;
  };
  return { informer, functions, phase };
}

describe('a function that was written to', () => {
  test('is known as it was written until the cache shows it', () => {
    const { informer, functions, phase } = known();
    informer.sync(stored('10', 'Pending'));
    functions.remember(stored('12', 'Ready'));
    expect(phase()).toBe('Ready');
    informer.put(stored('11', 'Building'));
    expect(phase()).toBe('Ready');
    informer.put(stored('13', 'Failed'));
    expect(phase()).toBe('Failed');
  });

  test('is forgotten when the cache was faster, or another one has its name', () => {
    const { informer, functions, phase } = known();
    informer.sync(stored('12', 'Ready'));
    functions.remember(stored('11', 'Building'));
    expect(phase()).toBe('Ready');
    functions.remember(stored('13', 'Failed'));
    informer.put(stored('20', 'Pending', 'another'));
    expect(phase()).toBe('Pending');
  });

  test('is gone when the cache shows none', () => {
    const { informer, functions, phase } = known();
    informer.sync(stored('10', 'Pending'));
    functions.remember(stored('12', 'Ready'));
    informer.remove(key);
    expect(phase()).toBeUndefined();
  });
});

test('what the schema refuses is told with the field', () => {
  const { informer, functions } = known();
  informer.sync({ ...stored('1', 'Pending'), spec: { source: { type: 'ftp' } } });
  expect(functions.get(key)).toMatchObject({
    kind: 'unreadable',
    message: expect.stringMatching(/^spec\.source\.type: /),
  });
});
