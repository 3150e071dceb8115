import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { loadAll } from 'js-yaml';
import { z } from 'zod';
import { buildReport, readSides } from '../../preview/index.ts';
import { projectRoot } from '../../stacks/index.ts';

/** Commits that are compared; each takes a few seconds. */
const most = Number(process.env['PREVIEW_COMMITS'] ?? 3);

function git(...args: readonly string[]): string {
  return spawnSync('git', args, { cwd: projectRoot, encoding: 'utf8' }).stdout.trim();
}

/** The last commits that changed manifests/ and whose parent this clone has. */
function commits(): readonly string[] {
  const names = git('rev-list', '--no-merges', `--max-count=${most}`, 'HEAD', '--', 'manifests').split('\n');
  return names.filter((name) => name !== '' && git('rev-parse', '--verify', '--quiet', `${name}^`) !== '');
}

/** Documents in texts, whose spaces say nothing. */
function open(value: unknown): unknown {
  if (typeof value === 'string' && /^\s*\{/.test(value) && value.includes('"')) {
    const document: unknown = JSON.parse(value);
    return document;
  }
  if (Array.isArray(value)) return value.map(open);
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, open(inner)]))
    : value;
}

const cluster = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().default('') }).default({ name: '', namespace: '' }),
});
const cloud = z.array(z.looseObject({ type: z.string(), name: z.string() }));

const scopeOf = (path: string): string =>
  path
    .split('/')
    .slice(0, path.startsWith('clusters/') ? 2 : 1)
    .join('/');

/** Objects of a tree by scope and name, read and compared without anything of the preview. */
function objectsOf(tree: ReadonlyMap<string, string>): ReadonlyMap<string, unknown> {
  return new Map(
    [...tree].flatMap(([path, text]): (readonly [string, unknown])[] => {
      const scope = scopeOf(path);
      if (path.endsWith('cloud.json')) {
        return cloud.parse(JSON.parse(text)).map((one) => [`${scope} ${one.type} ${one.name}`, one]);
      }
      if (!path.endsWith('.yaml') || !path.includes('/')) return [];
      return loadAll(text)
        .filter((one) => one !== null)
        .map((one) => {
          const { kind, metadata } = cluster.parse(one);
          const name = metadata.name === '' ? (path.split('/').at(-1) ?? '') : metadata.name;
          return [`${scope} ${kind} ${metadata.namespace === '' ? '' : `${metadata.namespace}/`}${name}`, one] as const;
        });
    }),
  );
}

/** Objects that are not deeply equal, with the scope of each. */
function differingObjects(base: ReadonlyMap<string, string>, head: ReadonlyMap<string, string>): ReadonlySet<string> {
  const [before, after] = [objectsOf(base), objectsOf(head)];
  const keys = new Set([...before.keys(), ...after.keys()]);
  return new Set([...keys].filter((key) => !isDeepStrictEqual(open(before.get(key)), open(after.get(key)))));
}

const history = commits();
const suite = history.length > 0 ? describe : describe.skip;

suite('a commit of this repository', () => {
  test.each(history)(
    '%s is told in every object that differs, and in nothing else',
    async (commit) => {
      const memory = mkdtempSync(`${tmpdir()}/preview-history-`);
      try {
        const sides = await readSides({
          root: projectRoot,
          base: `${commit}^`,
          head: { kind: 'commit', name: commit },
          from: 'committed',
          // without settings nothing has an alias: every object is told by its own name
          settings: [],
          memory,
          now: new Date(0),
        });
        const { changes } = buildReport(sides, []);
        const told = new Set(
          changes.flatMap(({ object, from, scopes }) =>
            scopes.flatMap((scope) => [object, from ?? object].map((name) => `${scope} ${name}`)),
          ),
        );
        const differing = differingObjects(sides.base.tree, sides.head.tree);
        expect([...told].filter((name) => !differing.has(name))).toEqual([]);
        expect([...differing].filter((name) => !told.has(name))).toEqual([]);
      } finally {
        rmSync(memory, { recursive: true });
      }
    },
    120_000,
  );
});
