import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { environmentSchema, readEnvironments } from './index.ts';
import { settingsOf } from './settings.ts';

const pathsOf = (schema: z.ZodType): readonly string[] => settingsOf(schema).map(({ path }) => path);

describe('the settings of an environment', () => {
  test.each(settingsOf(environmentSchema))('$path has a description', ({ description }) => {
    expect(description).toMatch(/\S.{4}/);
  });

  test('are all found, also below unions, lists and optional groups', () => {
    expect(pathsOf(environmentSchema)).toEqual(
      expect.arrayContaining([
        'receiver.autoscaling.minReplicas',
        'receiver.targetConcurrency',
        'quota.control.pods',
        'imageRegistry.untaggedDays',
        'imageRegistry.push',
        'cloud.roles.operator',
        'access[].group',
        'cost.computeUsd',
      ]),
    );
  });

  test('hold every value of every environment', () => {
    const declared = new Set(pathsOf(environmentSchema));
    const used = readEnvironments().flatMap((environment) => leafPaths(environment, ''));
    expect(used.filter((path) => !declared.has(path))).toEqual([]);
  });
});

/** Paths of all values that are no groups; maps count as one value. */
function leafPaths(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value)) {
    const entries: readonly unknown[] = value;
    return entries.flatMap((entry) => leafPaths(entry, typeof entry === 'object' ? `${path}[]` : path));
  }
  if (typeof value !== 'object' || value === null || path.endsWith('nodeSelector')) {
    return [path];
  }
  return Object.entries(value).flatMap(([key, inner]) => leafPaths(inner, path === '' ? key : `${path}.${key}`));
}

describe('settingsOf', () => {
  const text = z.string();

  test('finds a setting without a description in each place where one can stand', () => {
    const schema = z.strictObject({
      plain: text,
      group: z.strictObject({ inner: text }),
      optional: z.strictObject({ inner: text }).optional(),
      refined: z.strictObject({ inner: text }).refine(() => true),
      list: z.array(z.strictObject({ inner: text })),
      either: z.union([z.strictObject({ inner: text }), z.literal('word')]),
      tagged: z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('one'), inner: text })]),
    });
    const bare = settingsOf(schema).filter(({ description }) => description === undefined);
    expect(bare.map(({ path }) => path)).toEqual([
      'plain',
      'group',
      'group.inner',
      'optional',
      'optional.inner',
      'refined',
      'refined.inner',
      'list',
      'list[].inner',
      'either',
      'either.inner',
      'tagged',
      'tagged.kind',
      'tagged.inner',
    ]);
  });

  test('takes the description of an optional setting from outside or inside', () => {
    const schema = z.strictObject({
      one: text.optional().describe('outside'),
      two: text.describe('inside').optional(),
    });
    expect(settingsOf(schema).map(({ description }) => description)).toEqual(['outside', 'inside']);
  });

  test('names the value of the tag under which a setting exists', () => {
    const schema = z.strictObject({
      store: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('one'), left: text }),
        z.strictObject({ kind: z.literal('two'), right: text }),
      ]),
    });
    expect(settingsOf(schema).map(({ path, variant }) => [path, variant])).toEqual([
      ['store', undefined],
      ['store.kind', 'one'],
      ['store.left', 'one'],
      ['store.kind', 'two'],
      ['store.right', 'two'],
    ]);
  });

  test('fails on a kind of schema that it cannot look into', () => {
    const schema = z.strictObject({ pair: z.tuple([text, text]) });
    expect(() => settingsOf(schema)).toThrow(/ZodTuple, found at pair/);
  });
});
