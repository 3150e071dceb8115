import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { publishedNames } from '../tools/docs/published-names.ts';
import { isMakeVerb } from './make-verbs.ts';

const root = join(import.meta.dirname, '..');
const guides = ['README.md', 'CONTRIBUTING.md'];
const pages = [
  ...guides,
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path}`),
];

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

function allMatches(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].flatMap(([, found]) => found ?? []);
}

/** Verbs that a page names to say what took their place. */
const replacedVerbs = Object.values(publishedNames)
  .flat()
  .flatMap(({ published, now }) => (now.is === 'replaced' ? allMatches(published, /make ([a-z0-9-]+)/g) : []));

describe.each(pages)('%s', (page) => {
  test('links to pages that exist', () => {
    const prose = read(page).replaceAll(/`[^`]*`/g, '');
    const links = allMatches(prose, /\]\(([^)#]+)[^)]*\)/g).filter((link) => !link.includes('://'));
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });

  test('names verbs that the Makefile has', () => {
    const named = allMatches(read(page), /(?:`|^)make ([a-z][a-z0-9-]*)/gm);
    expect(named.filter((verb) => !isMakeVerb(verb) && !replacedVerbs.includes(verb))).toEqual([]);
  });
});

test.each(guides)('%s names files and folders that exist', (page) => {
  const folder = /`((?:charts|operator|stacks|test|tools|docs|manifests)\/[\w./-]*)`/g;
  const paths = allMatches(read(page), folder);
  expect(paths.length).toBeGreaterThan(5);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
