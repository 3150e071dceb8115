import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import { type DOMWindow, JSDOM, VirtualConsole } from 'jsdom';
import { z } from 'zod';
import { formats, type Report } from '../../preview/index.ts';
import { hostileReport } from './hostile.ts';

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

interface Page {
  readonly window: DOMWindow;
  /** What the page said to its console, and what it asked the network for. */
  readonly complaints: readonly string[];
}

/** The page in a document with scripts, in which anything that is fetched or goes wrong is noted. */
function open(shown: Report, address = 'https://preview.test/'): Page {
  const complaints: string[] = [];
  const virtualConsole = new VirtualConsole();
  const note = (what: unknown): number => complaints.push(String(what));
  virtualConsole.on('jsdomError', note).on('error', note).on('warn', note);
  const html = formats.html.print(shown);
  const { window } = new JSDOM(html, { url: address, runScripts: 'dangerously', resources: 'usable', virtualConsole });
  return { window, complaints };
}

function element<Kind extends 'select' | 'input' | 'button' | 'output'>({ window }: Page, kind: Kind, id: string) {
  const found = window.document.querySelector<HTMLElementTagNameMap[Kind]>(`${kind}#${id}`);
  if (found === null) throw new Error(`no ${kind} #${id}`);
  return found;
}

const shown = ({ window }: Page): readonly string[] =>
  [...window.document.querySelectorAll<HTMLElement>('[data-entry]')]
    .filter((entry) => !entry.hidden)
    .map((entry) => entry.querySelector('summary')?.textContent ?? entry.textContent);

function choose(page: Page, scope: string): void {
  element(page, 'select', 'scope').value = scope;
  element(page, 'select', 'scope').dispatchEvent(new page.window.Event('change'));
}

function search(page: Page, text: string): void {
  element(page, 'input', 'search').value = text;
  element(page, 'input', 'search').dispatchEvent(new page.window.Event('input'));
}

describe('the page', () => {
  test('shows everything at first and asks nobody for anything', () => {
    const page = open(report);
    expect(shown(page)).toHaveLength(6);
    expect(element(page, 'output', 'count').value).toBe('6 of 6 entries');
    expect(page.complaints).toEqual([]);
    expect([
      ...page.window.document.querySelectorAll('[src], link:not([href="data:,"]), iframe, form[action]'),
    ]).toEqual([]);
  });

  test('shows what one environment gets', () => {
    const page = open(report);
    choose(page, 'prd');
    expect(shown(page)).toHaveLength(3);
    expect(element(page, 'output', 'count').value).toBe('3 of 6 entries');
    choose(page, '');
    expect(shown(page)).toHaveLength(6);
  });

  test('shows what has the words that are searched, and hides tables that have none', () => {
    const page = open(report);
    search(page, 'one/B');
    expect(shown(page)).toHaveLength(2);
    const tables = [...page.window.document.querySelectorAll('table')];
    expect(tables.map((table) => [table.caption?.textContent, table.hidden])).toEqual([
      ['Dangers', true],
      ['Images', false],
    ]);
  });

  test('keeps a view in its address', () => {
    const page = open(report);
    choose(page, 'prd');
    search(page, 'one/b');
    const again = open(report, page.window.location.href);
    expect(element(again, 'select', 'scope').value).toBe('prd');
    expect(shown(again)).toEqual(shown(page));
  });

  test('is used by keyboard: / searches, Escape clears, a button opens all', () => {
    const page = open(report);
    const press = (key: string): boolean =>
      page.window.document.dispatchEvent(new page.window.KeyboardEvent('keydown', { key, cancelable: true }));
    press('/');
    expect(page.window.document.activeElement).toBe(element(page, 'input', 'search'));
    search(page, 'nothing has this');
    expect(shown(page)).toEqual([]);
    press('Escape');
    expect(shown(page)).toHaveLength(6);
    element(page, 'button', 'toggle').click();
    expect([...page.window.document.querySelectorAll('details')].every((details) => details.open)).toBe(true);
    expect(element(page, 'button', 'toggle').getAttribute('aria-pressed')).toBe('true');
  });

  test('runs nothing of what it shows', () => {
    const page = open(hostileReport('</script><script>document.title = "taken"</script><img src=x onerror=alert(1)>'));
    expect(page.window.document.title).toBe('Preview');
    expect(page.window.document.querySelectorAll('script, img')).toHaveLength(1);
    expect(page.complaints).toEqual([]);
  });

  test('has no finding of axe, of what needs no drawing', async () => {
    const { window } = open(report);
    window.eval(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    // colours are seen by a browser that draws only
    const run: unknown = await window.eval("axe.run(document, { rules: { 'color-contrast': { enabled: false } } })");
    const { violations } = z.object({ violations: z.array(z.object({ id: z.string() })) }).parse(run);
    expect(violations.map(({ id }) => id)).toEqual([]);
  });
});

/** Relative luminance of a colour as WCAG 2.2 defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((share) => (share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test.each(['light', 'dark'])('the colours of the page are told apart, %s', (scheme) => {
  const roots = [...formats.html.print(report).matchAll(/:root \{([^}]*)\}/g)].map(([, style = '']) => style);
  const style = roots[scheme === 'light' ? 0 : 1] ?? '';
  const colours = new Map(
    [...style.matchAll(/--(\w+): (#[0-9a-f]{6})/g)].map(([, name = '', value = '']) => [name, value]),
  );
  const contrasts = ['text', 'quiet', 'danger', 'warning', 'new', 'gone'].flatMap((text) =>
    ['ground', 'code'].map((ground) => {
      const [one = 0, other = 0] = [text, ground]
        .map((name) => luminance(colours.get(name) ?? ''))
        .toSorted((first, second) => second - first);
      return [`${text} on ${ground}`, (one + 0.05) / (other + 0.05)] as const;
    }),
  );
  expect(contrasts.filter(([, contrast]) => !(contrast >= 4.5))).toEqual([]);
});
