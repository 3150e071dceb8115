import type { ReasonTable, Severity } from '../../operator/conditions/reason.ts';
import { markdownTable } from './markdown-table.ts';

const progress: Readonly<Record<Severity, string>> = {
  done: 'done',
  working: 'goes on by itself',
  retrying: 'tried again by itself',
  stalled: 'waits for somebody',
};

/** A name is an anchor of its own, for alerts and runbooks. */
const anchored = (reason: string): string => `<a id="${reason.toLowerCase()}"></a>\`${reason}\``;

function section(heading: string, rows: ReasonTable[string]): string {
  const cells = Object.entries(rows).map(([reason, { advice, message, severity }]) => [
    reason,
    progress[severity],
    message,
    advice,
  ]);
  const table = markdownTable(['Reason', 'Then', 'Means', 'What to do'], cells);
  const named = Object.keys(rows).reduce(
    (text, reason) => text.replace(`\n| ${reason} |`, `\n| ${anchored(reason)} |`),
    table,
  );
  return `## ${heading}\n\n${named}`;
}

/** A section for each condition of a kind: what its reasons mean, and what to do. */
export function renderReasons(table: ReasonTable, headings: Readonly<Record<string, string>>): string {
  return Object.entries(table)
    .map(([condition, rows]) => section(headings[condition] ?? condition, rows))
    .join('\n');
}
