import { describe, expect, test } from '@jest/globals';
import { assert, constantFrom, integer, property, record, stringMatching, uniqueArray } from 'fast-check';
import { fairOrder, type WaitingFunction } from './build-queue.ts';

const waiting = (namespace: string, name: string, since = '2026-01-01T00:00:00Z', job = name): WaitingFunction => ({
  key: `${namespace}/${name}`,
  namespace,
  since,
  job: `${namespace}/${job}`,
});

describe('the queue of builds', () => {
  test('takes the one that has waited longest, and of those the first by name', () => {
    const late = waiting('a', 'one', '2026-01-01T00:00:09Z');
    expect(fairOrder([late, waiting('a', 'three'), waiting('a', 'two')], new Map())).toEqual([
      'a/three',
      'a/two',
      'a/one',
    ]);
  });

  test('takes namespaces in turn, so that many functions of one do not hold up another', () => {
    const many = ['1', '2', '3'].map((name) => waiting('many', name));
    const few = waiting('few', '1', '2026-01-01T01:00:00Z');
    expect(fairOrder([...many, few], new Map())).toEqual(['many/1', 'few/1', 'many/2', 'many/3']);
    expect(fairOrder([...many, few], new Map([['many', 1]]))[0]).toBe('few/1');
  });

  test('counts functions with the same content once', () => {
    const same = ['1', '2'].map((name) => waiting('a', name, undefined, 'same'));
    expect(fairOrder([...same, waiting('a', '3')], new Map())).toEqual(['a/same', 'a/3']);
  });

  test('loses nobody, keeps the order within a namespace, and never lets one be two ahead of another that waits', () => {
    const one = record({
      namespace: constantFrom('a', 'b', 'c'),
      name: stringMatching(/^[a-z]{1,4}$/),
      second: integer({ min: 10, max: 59 }),
    });
    assert(
      property(uniqueArray(one, { selector: ({ namespace, name }) => `${namespace}/${name}` }), (all) => {
        const asking = all.map(({ name, namespace, second }) =>
          waiting(namespace, name, `2026-01-01T00:00:${second}Z`),
        );
        const order = fairOrder(asking, new Map());
        expect(order.toSorted()).toEqual(asking.map(({ job }) => job).toSorted());
        expect(namespacesAhead(order)).toEqual([]);
      }),
    );
  });
});

/** Namespaces that got a build although another one, which waits as well, had fewer. */
function namespacesAhead(order: readonly string[]): readonly string[] {
  const namespaces = order.map((job) => job.replace(/[/].*$/, ''));
  return namespaces.filter((namespace, index) => {
    const count = (one: string): number => namespaces.slice(0, index).filter((other) => other === one).length;
    return namespaces.slice(index).some((other) => count(other) < count(namespace));
  });
}
