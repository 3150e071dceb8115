import { describe, expect, test } from '@jest/globals';
import type { Change } from './change.ts';
import { ObjectStore } from './object-store.ts';
import type { Widget } from './scripted-server.ts';

const widget = (name: string, size: number, uid = name): Widget => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { namespace: 'team', name, uid, resourceVersion: String(size), creationTimestamp: '' },
  spec: { size },
});

const bySize = ({ spec }: Widget): readonly string[] => [String(spec.size)];

describe('an index', () => {
  test('follows each change', () => {
    const store = new ObjectStore<Widget>();
    store.addIndex('size', bySize);
    const [one, two] = [widget('one', 1), widget('two', 1)];
    store.put(one);
    store.put(two);
    expect(store.byIndex('size', '1')).toEqual([one, two]);
    const grown = widget('one', 2);
    store.put(grown);
    store.remove(two);
    expect([store.byIndex('size', '1'), store.byIndex('size', '2')]).toEqual([[], [grown]]);
    store.replace(new Map([['team/two', two]]), () => true);
    expect([store.byIndex('size', '1'), store.byIndex('size', '2')]).toEqual([[two], []]);
  });

  test('may be asked for by two, but its name has one meaning', () => {
    const store = new ObjectStore<Widget>();
    store.addIndex('size', bySize);
    expect(() => store.addIndex('size', bySize)).not.toThrow();
    expect(() => store.addIndex('size', () => [])).toThrow('index size: another function has this name');
    expect(() => store.byIndex('colour', 'red')).toThrow('index colour: not there');
  });
});

describe('a listener', () => {
  test('that comes late is told of what is there first', () => {
    const store = new ObjectStore<Widget>();
    const one = widget('one', 1);
    store.put(one);
    const heard: Change<Widget>[] = [];
    const end = store.onChange((change) => heard.push(change));
    const grown = widget('one', 2);
    store.put(grown);
    end();
    store.remove(grown);
    expect(heard).toEqual([
      { type: 'added', object: one, bulk: true },
      { type: 'updated', before: one, object: grown, bulk: false },
    ]);
  });

  test('hears of a replacement when it is whole', () => {
    const store = new ObjectStore<Widget>();
    store.put(widget('old', 1));
    const seen: (readonly string[])[] = [];
    store.onChange(() => seen.push([...store.list()].map(({ metadata }) => metadata.name)));
    seen.length = 0;
    store.replace(new Map(['a', 'b'].map((name) => [`team/${name}`, widget(name, 2)])), () => true);
    expect(seen).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  test('hears of another object of the same name as of an end and a beginning', () => {
    const store = new ObjectStore<Widget>();
    const [first, second] = [widget('one', 1, 'uid-1'), widget('one', 2, 'uid-2')];
    store.put(first);
    const heard: Change<Widget>[] = [];
    store.onChange((change) => heard.push(change));
    store.put(second);
    expect(heard.slice(1)).toEqual([
      { type: 'deleted', object: first, bulk: false },
      { type: 'added', object: second, bulk: false },
    ]);
  });
});
