import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import {
  failureReport,
  formats,
  type FormatName,
  isFormatName,
  PreviewFailure,
  type Report,
  reportSchema,
} from '../../preview/index.ts';
import { type Case, readCases, reportOf } from './case.ts';
import { hostileReport, hostileTexts } from './hostile.ts';

const names = Object.keys(formats).filter(isFormatName);

function print(format: FormatName, report: Report, isTerminal = false, variables = {}): string {
  return formats[format].print(report, { wholeReport: 'https://example.com/report', isTerminal, variables });
}

function caseNamed(title: string): Case {
  const found = [...readCases().values()].flat().find((one) => one.title === title);
  if (found === undefined) throw new Error(`no case ${title}`);
  return found;
}

const some = reportOf(caseNamed('production that loses an alert is a danger'));

/** Control characters and marks of direction; a line end is the format's own. */
const unseen = /[^\P{Cc}\n]|\p{Cf}|\p{Zl}|\p{Zp}/u;

/** Markdown without code: what a reader would take for markup. */
function withoutCode(markdown: string): string {
  return markdown
    .replaceAll(/^(`{3,})[a-z]*\n[\s\S]*?\n\1$/gm, '')
    .replaceAll(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '')
    .replaceAll(/<code>[^<]*<\/code>/g, '');
}

/** Marks by which a hostile text would be known outside code. */
const marks = /script|onerror|onload|svg|<b>|@everyone|fixes|javascript:|a\.png|cell|red|heading|item|workflow|secrets/;

describe.each(hostileTexts.map((text) => [JSON.stringify(text), text] as const))('the text %s', (_, text) => {
  const report = hostileReport(text);

  test('moves no terminal', () => {
    expect(print('terminal', report)).not.toMatch(unseen);
    expect(stripVTControlCharacters(print('terminal', report, true))).not.toMatch(unseen);
  });

  test('is code wherever it stands in Markdown', () => {
    const markdown = print('markdown', report);
    expect(markdown).not.toMatch(unseen);
    const rest = withoutCode(markdown).replace('<!-- knative-lambda preview -->', '');
    const ours = rest.replaceAll(/<\/?(details|summary|sub)>/g, '').replaceAll(/Danger|renamed/g, '');
    expect(ours).not.toMatch(marks);
    expect(ours).not.toMatch(/[<@]/);
  });

  test('is text wherever it stands on the page', () => {
    const page = print('html', report);
    const body = page.slice(page.indexOf('<body>'), page.indexOf('<script>'));
    const tags = new Set([...body.matchAll(/<\/?([a-z0-9]+)/gi)].map(([, tag = '']) => tag));
    const ours =
      /^(body|header|h1|h2|p|code|form|label|select|option|input|button|output|main|table|caption|thead|tbody|tr|th|td|strong|br|small|details|summary|pre|span)$/;
    expect([...tags].filter((tag) => !ours.test(tag))).toEqual([]);
    expect(page.match(/<script>/g)).toHaveLength(1);
    expect(body).not.toMatch(unseen);
  });

  test('is data in JSON and SARIF', () => {
    expect(reportSchema.parse(JSON.parse(print('json', report)))).toEqual(report);
    expect(print('sarif', report)).not.toMatch(unseen);
    expect(JSON.parse(print('sarif', report))).toMatchObject({ version: '2.1.0' });
  });
});

describe('every format', () => {
  test.each(names)('%s is the same bytes for the same sides', (name) => {
    const again = reportOf(caseNamed('production that loses an alert is a danger'));
    expect(print(name, again)).toBe(print(name, some));
  });

  test.each(names.filter((name) => name !== 'json' && name !== 'sarif'))('%s says no change in one line', (name) => {
    const empty = reportOf({ ...caseNamed('labels of a Deployment that change roll nothing'), patch: {} });
    expect(print(name, empty)).toContain('No change in any environment');
    const lines = print(name, empty)
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith('<!--'));
    expect(name === 'html' || lines.length === 1).toBe(true);
  });

  test.each(names)('%s of a failure never looks like a report without changes', (name) => {
    const text = failureReport(new PreviewFailure('base', 'make synth failed', 'dev: <b>wrong</b>\u001B[31m'), name);
    expect(text).toMatch(/fail|executionSuccessful": false/i);
    expect(text).toContain('base: make synth failed');
    expect(text).not.toContain('No change');
    expect(text).not.toMatch(unseen);
  });
});

test('a terminal has colour only where a person reads and does not refuse it', () => {
  expect(print('terminal', some, false)).not.toContain('\u001B');
  expect(print('terminal', some, true)).toContain('\u001B[31m');
  expect(print('terminal', some, true, { NO_COLOR: '1' })).not.toContain('\u001B');
});

describe('a comment', () => {
  const [change] = some.changes;
  const [danger] = some.dangers;
  const large: Report = {
    ...some,
    changes: Array.from({ length: 3000 }, (_, index) => ({
      change: 'changed',
      engine: 'cluster',
      kind: 'ConfigMap',
      object: `ConfigMap one/number-${index}`,
      differences: [{ op: 'replace', path: 'data.a', base: 'ü'.repeat(100), head: 'é'.repeat(100) }],
      scopes: ['dev'],
    })),
  };

  test('is never longer than GitHub takes and counts what it leaves out', () => {
    const text = print('markdown', large);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536);
    expect(Buffer.byteLength(text)).toBeGreaterThan(60_000);
    const shown = text.match(/<details>/g)?.length ?? 0;
    expect(text).toContain(
      `_${3000 - shown} more differences: the [whole report](https://example.com/report) has them._`,
    );
    expect(text).toContain('`alert-removed`');
  });

  test('keeps its summary whatever the length of the danger list', () => {
    expect(change).toBeDefined();
    if (danger === undefined) throw new Error('the case has a danger');
    const many = Array.from({ length: 3000 }, (_, index) => ({ ...danger, object: `PrometheusRule one/${index}` }));
    const text = print('markdown', { ...large, dangers: many });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536);
    expect(text).toContain('3000 dangers, 0 warnings');
    expect(text).toMatch(/_\d+ more entries of the danger list: /);
    expect(text).toContain('<details>');
  });
});

test('SARIF points at the file of the object, and at the kustomization for what is in none', () => {
  const [danger] = some.dangers;
  if (danger === undefined) throw new Error('the case has a danger');
  const { file: _, ...elsewhere } = danger;
  const log: unknown = JSON.parse(print('sarif', { ...some, dangers: [danger, elsewhere] }));
  const results = ['objects.yaml', 'kustomization.yaml'].map((file) => ({
    locations: [{ physicalLocation: { artifactLocation: { uri: `manifests/prd/${file}` } } }],
  }));
  expect(log).toMatchObject({ runs: [{ results }] });
});

test('SARIF names a rule for each result and suppresses what is accepted', () => {
  const [danger] = some.dangers;
  if (danger === undefined) throw new Error('the case has a danger');
  const log: unknown = JSON.parse(
    print('sarif', { ...some, dangers: [{ ...danger, acknowledged: 'its metric is gone' }] }),
  );
  expect(log).toMatchObject({
    runs: [
      {
        tool: { driver: { rules: expect.arrayContaining([expect.objectContaining({ id: 'alert-removed' })]) } },
        results: [
          {
            ruleId: 'alert-removed',
            level: 'error',
            suppressions: [{ kind: 'external', justification: 'its metric is gone' }],
          },
        ],
      },
    ],
  });
});
