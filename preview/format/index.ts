import type { Report } from '../report.ts';
import { toHtml } from './html.ts';
import { toJson } from './json.ts';
import { commentLimit, toMarkdown } from './markdown.ts';
import { toSarif } from './sarif.ts';
import { styleFor, toTerminal } from './terminal.ts';

export interface FormatOptions {
  /** Where the whole report is kept; empty where nobody keeps it. */
  readonly wholeReport: string;
  readonly isTerminal: boolean;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

interface Format {
  /** File that it is written to. */
  readonly file: string;
  readonly print: (report: Report, options: FormatOptions) => string;
}

/** Of the 1 MiB that GitHub takes for one step. */
const summaryLimit = 1_000_000;

/** Every form of a report. */
export const formats = {
  terminal: {
    file: 'preview.txt',
    print: (report, { isTerminal, variables }) => toTerminal(report, styleFor(isTerminal, variables)),
  },
  markdown: {
    file: 'preview.md',
    print: (report, { wholeReport }) => toMarkdown(report, { limit: commentLimit, wholeReport }),
  },
  // what the summary of a run takes, with room for others
  summary: {
    file: 'preview-summary.md',
    print: (report, { wholeReport }) => toMarkdown(report, { limit: summaryLimit, wholeReport }),
  },
  json: { file: 'preview.json', print: toJson },
  html: { file: 'preview.html', print: toHtml },
  sarif: { file: 'preview.sarif', print: toSarif },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof formats;

export function isFormatName(text: string): text is FormatName {
  return Object.hasOwn(formats, text);
}
