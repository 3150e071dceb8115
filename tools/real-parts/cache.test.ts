import { describe, expect, test } from '@jest/globals';
import { cacheRoot, contentKey, folderName } from './cache.ts';
import { controlPlanePart, foreignCrdsPart } from './parts.ts';

const files = new Map([['etcd/go.mod', 'module etcd']]);
const key = contentKey(controlPlanePart, files);

describe('the cache', () => {
  test.each([
    { environment: { KNATIVE_LAMBDA_CACHE: '/own', XDG_CACHE_HOME: '/xdg' }, root: '/own' },
    { environment: { XDG_CACHE_HOME: '/xdg' }, root: '/xdg/knative-lambda' },
    { environment: { KNATIVE_LAMBDA_CACHE: '', XDG_CACHE_HOME: '' }, root: '/home/jane/.cache/knative-lambda' },
  ])('lies in $root', ({ environment, root }) => {
    expect(cacheRoot(environment, '/home/jane')).toBe(root);
  });

  test('has the same key for the same content', () => {
    expect(contentKey({ ...controlPlanePart }, new Map(files))).toBe(key);
  });

  test('has another key when a module file changes', () => {
    expect(contentKey(controlPlanePart, new Map([['etcd/go.mod', 'module other']]))).not.toBe(key);
  });

  test('has another key when a linker flag changes', () => {
    const [etcd, ...others] = controlPlanePart.programs;
    const changed = { ...controlPlanePart, programs: [{ ...etcd, ldflags: ['-X a=b'] }, ...others] };
    expect(contentKey(changed, files)).not.toBe(key);
  });

  test('keeps programs of two Go versions apart', () => {
    expect(folderName(controlPlanePart, 'go1.26.0')).not.toBe(folderName(controlPlanePart, 'go1.26.1'));
  });

  test('shares copied files between Go versions', () => {
    expect(folderName(foreignCrdsPart, 'go1.26.0')).toBe(folderName(foreignCrdsPart, 'go1.26.1'));
  });
});
