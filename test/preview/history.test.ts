import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from '@jest/globals';
import { loadAll } from 'js-yaml';
import { z } from 'zod';
import { buildReport, readSides } from '../../preview/index.ts';
import { projectRoot } from '../../stacks/index.ts';

/** Commits that are compared; each takes a few seconds. */
const most = Number(process.env['PREVIEW_COMMITS'] ?? 3);

function gitIn(root: string, ...args: readonly string[]): string {
  return spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout.trim();
}

const git = (...args: readonly string[]): string => gitIn(projectRoot, ...args);

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

interface Verdict {
  /** How many objects the commit changed. */
  readonly differing: number;
  /** Objects that the report names, and that do not differ. */
  readonly wronglyTold: readonly string[];
  readonly untold: readonly string[];
}

/** Compares the report of one commit with what really differs. */
async function judgeReport(root: string, commit: string): Promise<Verdict> {
  const memory = mkdtempSync(`${tmpdir()}/preview-history-`);
  try {
    const sides = await readSides({
      root,
      base: `${commit}^`,
      head: { kind: 'commit', name: commit },
      from: 'committed',
      // without settings nothing has an alias: every object is told by its own name
      settings: [],
      memory,
      now: new Date(0),
      plans: undefined,
    });
    const { changes } = buildReport(sides, []);
    const told = new Set(
      changes.flatMap(({ object, from, scopes }) =>
        scopes.flatMap((scope) => [object, from ?? object].map((name) => `${scope} ${name}`)),
      ),
    );
    const differing = differingObjects(sides.base.tree, sides.head.tree);
    return {
      differing: differing.size,
      wronglyTold: [...told].filter((name) => !differing.has(name)),
      untold: [...differing].filter((name) => !told.has(name)),
    };
  } finally {
    rmSync(memory, { recursive: true });
  }
}

/** A repository whose last commit makes the manifests of this one out of those with other numbers. */
function makeRepository(): string {
  const root = mkdtempSync(`${tmpdir()}/preview-made-`);
  const commit = (message: string): void => {
    gitIn(root, 'add', '--all');
    gitIn(root, '-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '--message', message);
  };
  gitIn(root, 'init', '--quiet');
  cpSync(join(projectRoot, 'manifests'), join(root, 'manifests'), { recursive: true });
  const changed = join(root, 'manifests', 'dev', 'operator.yaml');
  const text = readFileSync(changed, 'utf8');
  writeFileSync(changed, text.replaceAll(/(cpu: )\S+/g, '$17'));
  commit('before');
  writeFileSync(changed, text);
  commit('after');
  return root;
}

// a shallow clone has none
for (const commit of commits()) {
  test(`commit ${commit} is told in every object that differs, and in nothing else`, async () => {
    expect(await judgeReport(projectRoot, commit)).toMatchObject({ wronglyTold: [], untold: [] });
  }, 120_000);
}

test('a commit that is made here is told in every object that differs, and in nothing else', async () => {
  const root = makeRepository();
  try {
    expect(await judgeReport(root, 'HEAD')).toMatchObject({ differing: 1, wronglyTold: [], untold: [] });
  } finally {
    rmSync(root, { recursive: true });
  }
}, 120_000);
