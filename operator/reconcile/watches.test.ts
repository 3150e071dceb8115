import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject, ObjectMeta, OwnerReference } from '../kube/object.ts';
import { MemoryInformer } from './memory-informer.ts';
import { annotationsChanged, anyOf, generationChanged, labelsChanged, type Predicate } from './predicates.ts';
import { type Watch, watchMapped, watchOwn, watchOwned } from './watches.ts';

type MetadataPatch = Partial<ObjectMeta>;

function newObject(name: string, metadata: MetadataPatch = {}): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'n', uid: name, resourceVersion: '1', creationTimestamp: '', ...metadata },
  };
}

const owner = (reference: Partial<OwnerReference>): readonly OwnerReference[] => [
  { apiVersion: 'test.io/v1', kind: 'Parent', name: 'p', uid: 'p', controller: true, ...reference },
];

/** Starts a watch; what it asked for comes as `key lane`. */
function record(watch: Watch): readonly string[] {
  const asked: string[] = [];
  watch.start({ seen: () => {}, enqueue: (key, lane) => asked.push(`${key} ${lane}`) });
  return asked;
}

const newInformer = (): MemoryInformer<KubernetesObject> => new MemoryInformer('configmaps');

describe('a watch of the own kind', () => {
  test('asks for what is listed without hurry, and for changes at once', () => {
    const informer = newInformer();
    informer.sync(newObject('a'));
    const asked = record(watchOwn(informer));
    informer.put(newObject('b'), true);
    informer.put(newObject('a'));
    informer.remove('n/b');
    expect(asked).toEqual(['n/a low', 'n/b low', 'n/a high', 'n/b high']);
  });

  test('knows its keys', () => {
    const informer = newInformer();
    informer.sync(newObject('a'), newObject('b'));
    expect([...watchOwn(informer).ownKeys()]).toEqual(['n/a', 'n/b']);
    expect([...watchMapped(informer, () => ['x']).ownKeys()]).toEqual([]);
  });

  test('says nothing more once it was ended', () => {
    const informer = newInformer();
    const asked: string[] = [];
    const end = watchOwn(informer).start({ seen: () => {}, enqueue: (key) => asked.push(key) });
    end();
    informer.put(newObject('a'));
    expect(asked).toEqual([]);
  });
});

describe('a watch of owned objects', () => {
  const namespaced = { group: 'test.io', kind: 'Parent', namespaced: true } as const;

  test.each([
    { title: 'of the kind', reference: {}, keys: ['n/p high'] },
    { title: 'of another version', reference: { apiVersion: 'test.io/v2' }, keys: ['n/p high'] },
    { title: 'of another group', reference: { apiVersion: 'other.io/v1' }, keys: [] },
    { title: 'of another kind', reference: { kind: 'Uncle' }, keys: [] },
    { title: 'that does not control', reference: { controller: false }, keys: [] },
  ])('asks for an owner $title: $keys', ({ reference, keys }) => {
    const informer = newInformer();
    const asked = record(watchOwned(informer, namespaced));
    informer.put(newObject('a', { ownerReferences: owner(reference) }));
    expect(asked).toEqual(keys);
  });

  test('asks for an owner of the core group, and for one without namespace', () => {
    const informer = newInformer();
    const asked = record(watchOwned(informer, { group: '', kind: 'Namespace', namespaced: false }));
    informer.put(newObject('a', { ownerReferences: owner({ apiVersion: 'v1', kind: 'Namespace' }) }));
    expect(asked).toEqual(['p high']);
  });

  test('asks for the owner before as well when it changes hands', () => {
    const informer = newInformer();
    informer.sync(newObject('a', { ownerReferences: owner({}) }));
    const asked = record(watchOwned(informer, namespaced));
    informer.put(newObject('a', { ownerReferences: owner({ name: 'q' }) }));
    expect(asked).toEqual(['n/p low', 'n/p high', 'n/q high']);
  });
});

test('a mapped watch asks for each key once', () => {
  const informer = newInformer();
  const asked = record(watchMapped(informer, ({ metadata }) => Object.keys(metadata.labels ?? {})));
  informer.put(newObject('a', { labels: { x: '', y: '' } }));
  informer.put(newObject('a', { labels: { y: '', z: '' } }));
  expect(asked).toEqual(['x high', 'y high', 'x high', 'y high', 'z high']);
});

describe('a predicate', () => {
  const both = anyOf(labelsChanged, annotationsChanged);

  test.each<{ title: string; predicate: Predicate<KubernetesObject>; patch: MetadataPatch; passes: boolean }>([
    {
      title: 'generation lets a new generation pass',
      predicate: generationChanged,
      patch: { generation: 2 },
      passes: true,
    },
    {
      title: 'generation lets a deletion pass',
      predicate: generationChanged,
      patch: { deletionTimestamp: 'now' },
      passes: true,
    },
    { title: 'generation lets another object pass', predicate: generationChanged, patch: { uid: 'new' }, passes: true },
    {
      title: 'generation holds a status back',
      predicate: generationChanged,
      patch: { resourceVersion: '2' },
      passes: false,
    },
    { title: 'labels let another value pass', predicate: labelsChanged, patch: { labels: { a: '2' } }, passes: true },
    { title: 'labels let a removal pass', predicate: labelsChanged, patch: { labels: {} }, passes: true },
    { title: 'labels hold annotations back', predicate: labelsChanged, patch: { annotations: {} }, passes: false },
    {
      title: 'annotations let another key pass',
      predicate: annotationsChanged,
      patch: { annotations: { b: '1' } },
      passes: true,
    },
    { title: 'annotations hold labels back', predicate: annotationsChanged, patch: { labels: {} }, passes: false },
    { title: 'any of two lets either pass', predicate: both, patch: { annotations: {} }, passes: true },
    { title: 'any of two holds the rest back', predicate: both, patch: { generation: 2 }, passes: false },
  ])('of $title', ({ predicate, patch, passes }) => {
    const informer = newInformer();
    const metadata = { generation: 1, labels: { a: '1' }, annotations: { a: '1' } };
    informer.sync(newObject('a', metadata));
    const asked = record(watchOwn(informer, predicate));
    informer.put(newObject('a', { ...metadata, ...patch }));
    expect(asked.slice(1)).toEqual(passes ? ['n/a high'] : []);
  });

  test('lets what is added and deleted pass', () => {
    const informer = newInformer();
    const asked = record(watchOwn(informer, generationChanged));
    informer.put(newObject('a'));
    informer.remove('n/a');
    expect(asked).toEqual(['n/a high', 'n/a high']);
  });
});
