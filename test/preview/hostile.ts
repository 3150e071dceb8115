import { type Report } from '../../preview/index.ts';

/** Texts that some reader would obey rather than show. */
export const hostileTexts = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  '</details></code></pre>',
  '--> <b>out</b>',
  '@everyone',
  '#1 fixes https://example.com',
  '[link](javascript:alert(1))',
  '![image](https://example.com/a.png)',
  '`code` ``more`` ```fence',
  '| cell | cell |',
  '\u001B[31mred\u001B[0m \u001B]8;;https://example.com\u0007link',
  'a\u202Eb\u2066c\u200Bd\uFEFFe',
  'line\n# heading\r\n- item',
  '::error::workflow command',
  '$(command) %0A ${{ secrets.TOKEN }}',
] as const;

/** A report in which every text of others is hostile. */
export function hostileReport(text: string): Report {
  const names = { object: `ConfigMap ${text}`, scopes: [text] };
  return {
    version: 1,
    base: { commit: 'b'.repeat(40) },
    head: { commit: 'a'.repeat(40), clean: true },
    from: 'rendered',
    environments: ['dev', text],
    dangers: [
      {
        code: 'namespace-removed',
        severity: 'danger',
        text: `is \`${text.replaceAll('`', "'")}\``,
        acknowledged: text,
        ...names,
      },
    ],
    meaning: [{ topic: 'objects', text: `is \`${text.replaceAll('`', "'")}\``, ...names }],
    changes: [
      {
        change: 'renamed',
        engine: 'cluster',
        kind: text,
        from: text,
        differences: [
          { op: 'add', path: text, head: text },
          { op: 'replace', path: text, base: `${text}\n${text}`, head: `${text}\nother` },
          { op: 'remove', path: text, base: { [text]: [text] } },
        ],
        ...names,
      },
    ],
    notices: [text],
  };
}
