import { describe, expect, test } from '@jest/globals';
import { assert, property, string } from 'fast-check';
import { contentKey, contentKeyText, parseContentKey } from './content-key.ts';
import { decideRebuild } from './rebuild.ts';
import { sampleFunction } from './sample.ts';

const version = { kind: 'etag', value: 'e1' } as const;
const platform = { wrapper: 'w1', base: 'python@sha256:1', repository: 'r' };
const bucket = { bucket: 'code', key: 'f.zip', endpoint: 'minio:9000' };
const minio = (block: object = {}): object => ({ source: { type: 'minio', minio: { ...bucket, ...block } } });
const keyOf = (spec: object, metadata: object = {}) => contentKey(sampleFunction(spec, metadata), version, platform);

const git = (ref: string, more: object = {}): object => ({
  source: { type: 'git', git: { url: 'https://g.example.com/f', ref }, ...more },
});
const keyOn = (wrapper: string, base: string) =>
  contentKey(sampleFunction(), version, { wrapper, base, repository: '' });

describe('the key of some content', () => {
  test('is the same for functions that would be built alike, whatever they are called', () => {
    const other = keyOf(
      { ...minio(), scaling: { minReplicas: 2 }, env: [{ name: 'A', value: '1' }] },
      { name: 'other' },
    );
    expect(other).toEqual(keyOf(minio()));
  });

  test.each([
    ['place of the code', minio({ key: 'g.zip' })],
    ['credentials', minio({ secretRef: { name: 's' } })],
    ['language', { ...minio(), runtime: { language: 'go', version: '1.26' } }],
    ['handler', { ...minio(), runtime: { language: 'python', version: '3.12', handler: 'main.run' } }],
    ['destination', { ...minio(), build: { repository: 'other' } }],
    ['credentials of the registry', { ...minio(), build: { imagePullSecret: 's' } }],
  ])('is another one for another %s', (_what, spec) => {
    expect(keyOf(spec).author).not.toBe(keyOf(minio()).author);
  });

  test('is another one for another version, wrapper or base', () => {
    const fn = sampleFunction(minio());
    expect(contentKey(fn, { kind: 'etag', value: 'e2' }, platform).author).not.toBe(keyOf(minio()).author);
    for (const changed of [{ wrapper: 'w2' }, { base: 'python@sha256:2' }, { repository: 'r2' }]) {
      const key = contentKey(fn, version, { ...platform, ...changed });
      expect(key.platform).not.toBe(keyOf(minio()).platform);
      expect(key.author).toBe(keyOf(minio()).author);
    }
  });

  test('does not change with how often the source is asked, nor with the branch of a commit', () => {
    expect(keyOf(git('main', { pollInterval: '5m' }))).toEqual(keyOf(git('v1')));
  });

  test('is another one for a request to build again, and with forceRebuild for every generation', () => {
    const annotations = { 'lambda.knative.io/rebuild-requested': '2026-01-01T00:00:00Z' };
    expect(keyOf(minio(), { annotations }).author).not.toBe(keyOf(minio()).author);
    const forced = { ...minio(), build: { forceRebuild: true } };
    expect(keyOf(forced, { generation: 4 }).author).not.toBe(keyOf(forced, { generation: 5 }).author);
    expect(keyOf(minio(), { generation: 4 })).toEqual(keyOf(minio(), { generation: 5 }));
  });

  test('is never shared by parts that only run together', () => {
    const text = string({ minLength: 1, maxLength: 12 });
    assert(
      property(text, text, text, text, (wrapper, base, otherWrapper, otherBase) => {
        const fn = sampleFunction(minio());
        const one = contentKey(fn, version, { wrapper, base, repository: 'r' });
        const other = contentKey(fn, version, { wrapper: otherWrapper, base: otherBase, repository: 'r' });
        expect(one.platform === other.platform).toBe(wrapper === otherWrapper && base === otherBase);
      }),
    );
    expect(keyOn('ab', 'c')).not.toEqual(keyOn('a', 'bc'));
  });

  test('reads back from its text, and nothing else does', () => {
    assert(
      property(string(), (value) => {
        const key = contentKey(sampleFunction(), { kind: 'digest', value }, platform);
        expect(parseContentKey(contentKeyText(key))).toEqual(key);
        expect(contentKeyText(key)).toMatch(/^[0-9a-f]{20}-[0-9a-f]{12}$/);
      }),
    );
    for (const text of ['', 'a-b', `${'a'.repeat(20)}-${'b'.repeat(13)}`])
      expect(parseContentKey(text)).toBeUndefined();
  });
});

describe('a rebuild', () => {
  const wanted = { author: 'a'.repeat(20), platform: 'b'.repeat(12) };
  const decide = (built: string | undefined, more: object = {}) =>
    decideRebuild({ built, wanted, upgrade: undefined, rebuilding: 0, ...more });

  test.each([
    ['is needed before the first build', undefined, {}, 'build'],
    ['is needed for other content', `${'c'.repeat(20)}-${'b'.repeat(12)}`, {}, 'build'],
    ['is not needed for the same content', `${'a'.repeat(20)}-${'b'.repeat(12)}`, {}, 'none'],
    ['is only offered for a new wrapper', `${'a'.repeat(20)}-${'c'.repeat(12)}`, {}, 'available'],
    [
      'is only offered while others are rebuilt',
      `${'a'.repeat(20)}-${'c'.repeat(12)}`,
      { upgrade: { rebuild: 'rolling(2)' }, rebuilding: 2 },
      'available',
    ],
    [
      'is needed where the function asks for it',
      `${'a'.repeat(20)}-${'c'.repeat(12)}`,
      { upgrade: { rebuild: 'rolling(2)' }, rebuilding: 1 },
      'build',
    ],
    [
      'is only offered where it never happens by itself',
      `${'a'.repeat(20)}-${'c'.repeat(12)}`,
      { upgrade: { rebuild: 'never' } },
      'available',
    ],
  ])('%s', (_what, built, more, expected) => {
    expect(decide(built, more)).toBe(expected);
  });
});
