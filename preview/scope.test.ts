import { describe, expect, test } from '@jest/globals';
import { changedScopes, type Tree, TreeReader } from './scope.ts';

const object = (name: string): string => `---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;
const tree = (text: string): Tree => new Map([['dev/a.yaml', text]]);
const read = (text: string, path = 'dev/a.yaml'): unknown =>
  new TreeReader().read('head', new Map([[path, text]]), new Set(['dev']));

describe('a tree', () => {
  test('is read by scope, without comments and files of people', () => {
    const files: Tree = new Map([
      ['dev/a.yaml', `# generated\n${object('a')}${object('b')}`],
      ['dev/cloud.json', '[{"type":"aws:s3/bucket:Bucket","name":"code","properties":{"bucket":"code"}}]'],
      ['dev/README.md', 'no manifest'],
      ['clusters/tiers/a.yaml', object('c')],
    ]);
    const scopes = new TreeReader().read('base', files, new Set(['dev', 'clusters/tiers']));
    expect([...scopes].map(([scope, objects]) => [scope, [...objects.values()].map(({ id }) => id.name)])).toEqual([
      ['clusters/tiers', ['c']],
      ['dev', ['a', 'b', 'code']],
    ]);
  });

  test('shares an object with the other side where the text is the same', () => {
    const reader = new TreeReader();
    const [one, other] = ['base', 'head'].map((side) =>
      reader.read(side === 'base' ? 'base' : 'head', tree(object('a')), new Set(['dev'])),
    );
    const values = [one, other].map((scopes) => [...(scopes?.get('dev')?.values() ?? [])][0]?.value);
    expect(values[0]).toBe(values[1]);
  });

  test('changes in the scopes of the files that differ', () => {
    expect(changedScopes(tree('a'), tree('a'))).toEqual([]);
    expect(changedScopes(tree('a'), new Map([...tree('a'), ['clusters/tiers/b.yaml', 'b']]))).toEqual([
      'clusters/tiers',
    ]);
  });

  test.each([
    ['no YAML', '---\na: [\n', 'dev/a.yaml', 'head: manifests/dev/a.yaml: got no manifest'],
    ['a list', '---\n- a\n', 'dev/a.yaml', 'head: manifests/dev/a.yaml: got no manifest'],
    ['no JSON', '{', 'dev/cloud.json', 'head: manifests/dev/cloud.json: got no manifest'],
    ['an object twice', object('a') + object('a'), 'dev/a.yaml', 'got ConfigMap a twice in one scope'],
  ])('fails on %s with the side and the file', (_, text, path, fault) => {
    expect(() => read(text, path)).toThrow(fault);
  });
});
