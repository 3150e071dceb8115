import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { formats, type Report } from '../../preview/index.ts';
import { hostileReport } from '../preview/hostile.ts';
import { startBrowser } from './browser.ts';
import { exampleReport } from './example.ts';

const row = (object: string, scopes: string[]): Report['meaning'][number] => ({
  topic: 'images',
  object,
  text: 'image `a:1` → `a:2`',
  scopes,
});

const report: Report = {
  version: 1,
  base: { commit: 'b'.repeat(40) },
  head: { commit: 'a'.repeat(40), clean: true },
  from: 'rendered',
  environments: ['dev', 'prd'],
  dangers: [
    { code: 'alert-removed', severity: 'danger', object: 'PrometheusRule one/r', text: 'is removed', scopes: ['prd'] },
    { code: 'mutable-image', severity: 'warning', object: 'Deployment one/a', text: 'image `a`', scopes: ['dev'] },
  ],
  meaning: [row('Deployment one/a', ['dev']), row('Deployment one/b', ['dev', 'prd'])],
  changes: ['a', 'b'].map((name) => ({
    change: 'changed' as const,
    engine: 'cluster' as const,
    kind: 'Deployment',
    object: `Deployment one/${name}`,
    differences: [{ op: 'replace' as const, path: 'spec.image', base: 'a:1', head: 'a:2' }],
    scopes: name === 'a' ? ['dev'] : ['dev', 'prd'],
  })),
  notices: ['head is the working tree'],
};

const example = exampleReport();

let folder = '';
let browser: Browser;
/** What a page said to its console, and what it asked for beside itself. */
let complaints: string[] = [];
let file = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'preview-page-'));
  file = join(folder, 'preview.html');
  browser = await startBrowser(folder);
});

afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

/** The page as a reader has it: a file, without a network. */
async function open(shown: Report, state = '', colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  writeFileSync(file, formats.html.print(shown));
  const context = await browser.newContext({ offline: true, colorScheme, viewport: { width: 1200, height: 900 } });
  const page = await context.newPage();
  const address = pathToFileURL(file).href;
  complaints = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== address && request.url() !== 'data:,') complaints.push(request.url());
  });
  await page.goto(`${address}${state}`);
  return page;
}

const entries = (page: Page) => page.locator('[data-entry]').filter({ visible: true });
const searched = (page: Page) => page.getByRole('searchbox', { name: 'Search' });
const environment = (page: Page) => page.getByRole('combobox', { name: 'Environment' });
const focused = (page: Page) => page.locator(':focus');

/** Run by the page: on how many lines each cell without code stands. */
const linesOfCells = `[...document.querySelectorAll('th, td:not(:has(code))')].map((cell) => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return { text: cell.textContent, lines: range.getClientRects().length };
})`;

describe('the page in Chromium', () => {
  test('shows everything at first, asks nobody for anything and says nothing to the console', async () => {
    const page = await open(example);
    const all = await entries(page).count();
    expect(all).toBeGreaterThan(10);
    expect(await page.locator('#count').textContent()).toBe(`${all} of ${all} entries`);
    expect(complaints).toEqual([]);
  });

  test('shows what one environment gets', async () => {
    const page = await open(report);
    await environment(page).selectOption('prd');
    expect(await entries(page).count()).toBe(3);
    expect(await page.locator('#count').textContent()).toBe('3 of 6 entries');
    await environment(page).selectOption('');
    expect(await entries(page).count()).toBe(6);
  });

  test('shows what has the words that are searched, and hides tables that have none', async () => {
    const page = await open(report);
    await searched(page).fill('one/B');
    expect(await entries(page).count()).toBe(2);
    expect(await page.locator('caption').filter({ visible: true }).allTextContents()).toEqual(['Images']);
  });

  test('keeps a view in its address', async () => {
    const page = await open(report);
    await environment(page).selectOption('prd');
    await searched(page).fill('one/b');
    const texts = await entries(page).allTextContents();
    const again = await open(report, new URL(page.url()).hash);
    expect(await environment(again).inputValue()).toBe('prd');
    expect(await entries(again).allTextContents()).toEqual(texts);
    expect(complaints).toEqual([]);
  });

  test('is used by keyboard alone, from the filter to a difference', async () => {
    const page = await open(report);
    await page.keyboard.press('Tab');
    await page.keyboard.type('prd');
    expect(await entries(page).count()).toBe(3);
    await page.keyboard.press('/');
    expect(await focused(page).getAttribute('id')).toBe('search');
    await page.keyboard.type('nothing has this');
    expect(await entries(page).count()).toBe(0);
    await page.keyboard.press('Escape');
    expect(await entries(page).count()).toBe(6);
    await page.keyboard.press('Tab');
    expect(await focused(page).textContent()).toBe('Open all differences');
    await page.keyboard.press('Enter');
    expect(await page.locator('details[open]').count()).toBe(2);
    await page.keyboard.press('Space');
    expect(await page.locator('details[open]').count()).toBe(0);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.locator('details[open] summary').allTextContents()).toEqual(['changed Deployment one/a dev']);
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
  });

  test.each([1200, 700])('breaks no heading and no name of an environment, %d pixels wide', async (width) => {
    const page = await open(example);
    await page.setViewportSize({ width, height: 900 });
    const cells = z
      .array(z.object({ text: z.string(), lines: z.number() }))
      .parse(await page.evaluate(linesOfCells))
      .filter(({ text }) => !text.includes(','));
    expect(cells.map(({ text }) => text)).toEqual(expect.arrayContaining(['Where', 'What it means', 'studio']));
    expect(cells.filter(({ lines }) => lines !== 1)).toEqual([]);
  });

  test('runs nothing of what it shows', async () => {
    const page = await open(
      hostileReport('</script><script>document.title = "taken"</script><img src=x onerror=alert(1)>'),
    );
    expect(await page.title()).toBe('Preview');
    expect(await page.locator('script, img').count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('has no finding of axe with everything open, %s', async (scheme) => {
    const page = await open(example, '', scheme);
    await page.getByRole('button').click();
    await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    const found: unknown = await page.evaluate('axe.run()');
    const finding = z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) });
    const { violations, passes } = z
      .object({ violations: z.array(finding), passes: z.array(z.object({ id: z.string() })) })
      .parse(found);
    expect(violations.map(({ id, nodes: [node] }) => `${id}: ${node?.html}`)).toEqual([]);
    expect(passes.map(({ id }) => id)).toContain('color-contrast');
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(
      scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(13, 17, 23)',
    );
  });
});
