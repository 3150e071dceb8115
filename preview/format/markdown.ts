import { dangers as codes, isCode } from '../codes.ts';
import type { Report, ReportChange, ReportDanger, ReportMeaning } from '../report.ts';
import { topics } from '../topic.ts';
import { codeSpan, escapeHtml, fence, piecesOf } from './inert.ts';
import { changeLines } from './lines.ts';
import { headline, isOpenDanger, isUnchanged, showScopes } from './summary.ts';

/** What GitHub takes in one comment, counted in bytes, which are never fewer than characters. */
export const commentLimit = 65_536;

/** Stands in every comment, so that the next run finds it again. */
export const commentMark = '<!-- knative-lambda preview -->';

export interface MarkdownOptions {
  /** Most bytes of the result. */
  readonly limit: number;
  /** Where the whole report is, for what is left out; empty where nobody keeps it. */
  readonly wholeReport: string;
}

const bytes = (text: string): number => Buffer.byteLength(text);

/** Words of ours and values in code spans. */
function rich(text: string): string {
  return piecesOf(text)
    .map((piece) => (piece.kind === 'value' ? codeSpan(piece.text) : piece.text))
    .join('');
}

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function dangerRow(report: Report, danger: ReportDanger): string {
  const { code, severity, object, text, acknowledged, scopes } = danger;
  const mark = acknowledged === undefined ? `**${severity}**` : 'accepted';
  const reason = acknowledged === undefined ? '' : ` Accepted: ${codeSpan(acknowledged)}`;
  return row(`${mark} \`${code}\``, codeSpan(showScopes(report, scopes)), codeSpan(object), `${rich(text)}.${reason}`);
}

function meaningRow(report: Report, { topic, object, text, scopes }: ReportMeaning): string {
  return row(topics[topic], codeSpan(showScopes(report, scopes)), codeSpan(object), rich(text));
}

function details(report: Report, change: ReportChange): string {
  const lines = changeLines(change).map(({ sign, text }) => (sign === '@' ? `@@ ${text} @@` : `${sign} ${text}`));
  const from = change.from === undefined ? '' : ` from <code>${escapeHtml(change.from)}</code>`;
  const summary = `${change.change} <code>${escapeHtml(change.object)}</code>${from} · <code>${escapeHtml(showScopes(report, change.scopes))}</code>`;
  return `<details><summary>${summary}</summary>\n\n${fence('diff', lines)}\n\n</details>\n`;
}

/** Takes blocks in order while they fit; the rest is counted, never cut in the middle. */
class Budget {
  #left: number;
  readonly #parts: string[] = [];

  constructor(limit: number) {
    this.#left = limit;
  }

  add(text: string): void {
    this.#parts.push(text);
    this.#left -= bytes(text) + 1;
  }

  /** Adds as many as fit beside what is kept free; answers how many were left out. */
  addEach(texts: readonly string[], keptFree: number): number {
    let free = this.#left - keptFree;
    const fitting = texts.findIndex((text) => {
      free -= bytes(text) + 1;
      return free < 0;
    });
    const taken = fitting === -1 ? texts : texts.slice(0, fitting);
    taken.forEach((text) => this.add(text));
    return texts.length - taken.length;
  }

  get left(): number {
    return this.#left;
  }

  toString(): string {
    return `${this.#parts.join('\n')}\n`;
  }
}

/** Bytes that are kept for the lines that say what was left out. */
const reserve = 1500;

function leftOut(count: number, noun: string, wholeReport: string): string {
  const where = wholeReport === '' ? 'the whole report has them' : `the [whole report](${wholeReport}) has them`;
  return `\n_${count} more ${noun}: ${where}._`;
}

function acceptance(report: Report): string {
  const open = report.dangers.filter(isOpenDanger);
  const [first] = open;
  if (first === undefined || !isCode(first.code)) return '';
  return [
    '',
    `<sub>${open.some(({ severity }) => severity === 'danger') ? codes[first.code].remedy : 'Look at them once.'} `,
    `To accept one, put a line <code>Preview-Accept: ${first.code} because …</code> into the description.</sub>`,
  ].join('\n');
}

/** The report as Markdown: summary and danger list first, differences folded. */
export function toMarkdown(report: Report, { limit, wholeReport }: MarkdownOptions): string {
  const budget = new Budget(limit);
  budget.add(commentMark);
  budget.add(isUnchanged(report) ? headline(report) : `### Preview\n\n${rich(headline(report))}`);
  report.notices.forEach((notice) => budget.add(`\n> ${codeSpan(notice)}`));
  addTable(budget, {
    title: ['Code', 'Where', 'Object', 'What it does'],
    rows: report.dangers.map((danger) => dangerRow(report, danger)),
    noun: 'entries of the danger list',
    wholeReport,
  });
  if (report.dangers.length > 0) budget.add(acceptance(report));
  addTable(budget, {
    title: ['', 'Where', 'Object', 'What it means'],
    rows: report.meaning.map((meaning) => meaningRow(report, meaning)),
    noun: 'rows',
    wholeReport,
  });
  if (report.changes.length > 0) budget.add('\n#### Differences\n');
  const missing = budget.addEach(
    report.changes.map((change) => details(report, change)),
    reserve,
  );
  if (missing > 0) budget.add(leftOut(missing, 'differences', wholeReport));
  return budget.toString();
}

interface Table {
  readonly title: readonly string[];
  readonly rows: readonly string[];
  readonly noun: string;
  readonly wholeReport: string;
}

function addTable(budget: Budget, { title, rows, noun, wholeReport }: Table): void {
  if (rows.length === 0) return;
  budget.add(`\n${row(...title)}\n${row(...title.map(() => '---'))}`);
  const missing = budget.addEach(rows, reserve + budget.left / 4);
  if (missing > 0) budget.add(leftOut(missing, noun, wholeReport));
}
