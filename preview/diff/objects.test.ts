import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { clusterObject, keyOf, type Objects, showObject } from '../object.ts';
import { compareScopes } from './objects.ts';
import type { Fields } from './value.ts';

function scope(...values: readonly Fields[]): Objects {
  return new Map(values.map((value) => clusterObject(value, 'file')).map((object) => [keyOf(object.id), object]));
}

const shown = (base: Objects, head: Objects): readonly string[] =>
  compareScopes(base, head).map((change) => `${change.kind} ${showObject(change.id)}`);

const configMap = (name: string, data: object, namespace = 'one'): Fields => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
});
const secret = (data: object): Fields => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' }, data });
const large = { a: '1', b: '2', c: '3', d: '4', e: '5', f: '6' };

describe('objects of two scopes', () => {
  test('are matched by kind, namespace and name', () => {
    const base = scope(configMap('a', { x: '1' }), configMap('b', { y: '2' }));
    const head = scope(configMap('a', { x: '2' }), configMap('a', { z: '3' }, 'two'));
    expect(shown(base, head)).toEqual(['removed ConfigMap one/b', 'changed ConfigMap one/a', 'added ConfigMap two/a']);
  });

  test('are the same object under another version', () => {
    const base = scope({ apiVersion: 'a.io/v1', kind: 'A', metadata: { name: 'a' } });
    const head = scope({ apiVersion: 'a.io/v2', kind: 'A', metadata: { name: 'a' } });
    expect(shown(base, head)).toEqual(['changed A a']);
  });

  test('are renamed where they are alike', () => {
    const head = scope(configMap('b', { ...large, f: '7' }));
    expect(shown(scope(configMap('a', large)), head)).toEqual(['renamed ConfigMap one/b']);
  });

  test('are not renamed where they are different', () => {
    const head = scope(configMap('b', { z: '1' }));
    expect(shown(scope(configMap('a', large)), head)).toEqual(['removed ConfigMap one/a', 'added ConfigMap one/b']);
  });

  test('show no value of a Secret', () => {
    const changes = [
      ...compareScopes(scope(secret({ a: 'first', b: 'old' })), scope(secret({ a: 'second', c: 'new' }))),
      ...compareScopes(scope(secret({ a: 'first' })), scope()),
      ...compareScopes(scope(), scope(secret({ a: 'second' }))),
    ];
    expect(changes).toHaveLength(3);
    expect(JSON.stringify(changes)).not.toMatch(/first|second|old|new/);
  });

  test('differ the same in any order', () => {
    const some = fc.subarray([
      configMap('a', { x: '1' }),
      configMap('b', large),
      configMap('c', { ...large, g: '1' }),
      configMap('d', { y: '2' }, 'two'),
    ]);
    const mixed = some.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(mixed, mixed, ([base, mixedBase], [head, mixedHead]) => {
        expect(compareScopes(scope(...mixedBase), scope(...mixedHead))).toEqual(
          compareScopes(scope(...base), scope(...head)),
        );
      }),
    );
  });
});
