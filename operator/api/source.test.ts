import { describe, expect, test } from '@jest/globals';
import { gitSource } from './git-source.ts';
import { imageSource } from './image-source.ts';
import { source, sourceTypes } from './source.ts';
import { toStructuralSchema } from './structural-schema.ts';

describe('a git URL', () => {
  test.each([
    'https://github.com/a/b.git',
    'ssh://git@example.com:22/a/b.git',
    'git://example.com/a',
    'git@example.com:a/b.git',
    'http://gitea.git.svc/a/b',
    'http://gitea.git.svc.cluster.local:3000/a/b',
  ])('%s is allowed', (url) => {
    expect(gitSource.safeParse({ url }).success).toBe(true);
  });

  test.each([
    'http://example.com/a',
    'http://evil.com/x.svc/a',
    'http://a.svc.evil.com/a',
    'file:///etc/passwd',
    'ext::sh -c id',
    '--upload-pack=id',
    'https://-oProxyCommand=id/a',
    'https://a/b;id',
    'https://a/$(id)',
    'https://a/b\nid',
  ])('fails on %j', (url) => {
    expect(gitSource.safeParse({ url }).success).toBe(false);
  });
});

describe('pull secrets of an image', () => {
  test('are names, objects or both', () => {
    const imagePullSecrets = ['a', { name: 'b' }];
    expect(imageSource.parse({ repository: 'r', imagePullSecrets }).imagePullSecrets).toEqual(imagePullSecrets);
  });

  test.each([[null], [1], [{}], [{ name: 'a', key: 'b' }], ['']])('fails on %j', (secret) => {
    expect(imageSource.safeParse({ repository: 'r', imagePullSecrets: [secret] }).success).toBe(false);
  });
});

test('every source type has a block and a rule that demands it', () => {
  const schema = toStructuralSchema(source);
  const rules = (schema['x-kubernetes-validations'] ?? []).map(({ rule }) => rule);
  for (const type of sourceTypes) {
    expect(Object.keys(schema.properties ?? {})).toContain(type);
    expect(rules).toContain(`self.type != '${type}' || has(self.${type})`);
  }
});
