import { dangers as codes, isCode } from '../codes.ts';
import type { Report, ReportChange, ReportDanger, ReportMeaning } from '../report.ts';
import { topicNames, topics } from '../topic.ts';
import { escapeHtml, piecesOf } from './inert.ts';
import { changeLines } from './lines.ts';
import { pageScript, pageStyle } from './page.ts';
import { headline, isUnchanged, showScopes } from './summary.ts';

/** Words of ours and values as code. */
function rich(text: string): string {
  return piecesOf(text)
    .map((piece) => (piece.kind === 'value' ? `<code>${escapeHtml(piece.text)}</code>` : escapeHtml(piece.text)))
    .join('');
}

const code = (text: string): string => `<code>${escapeHtml(text)}</code>`;

/** What the filters of the page go by. */
function entry(scopes: readonly string[]): string {
  return `data-entry data-scopes="${escapeHtml(scopes.join(' '))}"`;
}

const scopeCell = (report: Report, scopes: readonly string[]): string =>
  `<td>${escapeHtml(showScopes(report, scopes))}</td>`;

function dangerRow(report: Report, { code: name, severity, object, text, scopes, acknowledged }: ReportDanger): string {
  const title = isCode(name) ? `${codes[name].effect} ${codes[name].remedy}` : '';
  const mark = acknowledged === undefined ? severity : 'accepted';
  const reason = acknowledged === undefined ? '' : `<br>Accepted: ${code(acknowledged)}`;
  return `<tr ${entry(scopes)} class="${mark}"><td><strong>${mark}</strong><br>${code(name)}</td>${scopeCell(report, scopes)}<td>${code(object)}</td><td>${rich(text)}${reason}<br><small>${escapeHtml(title)}</small></td></tr>`;
}

function meaningRow(report: Report, { object, text, scopes }: ReportMeaning): string {
  return `<tr ${entry(scopes)}>${scopeCell(report, scopes)}<td>${code(object)}</td><td>${rich(text)}</td></tr>`;
}

/** Columns by the class that gives them their width. */
const columns = { code: 'Code', where: 'Where', object: 'Object', text: 'What it means' } as const;

function table(caption: string, names: readonly (keyof typeof columns)[], rows: readonly string[]): string {
  if (rows.length === 0) return '';
  const head = names.map((name) => `<th scope="col" class="${name}">${columns[name]}</th>`).join('');
  return `<table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

const classOfSign = { '-': 'gone', '+': 'new', ' ': 'same', '@': 'place' } as const;

function changeDetails(report: Report, change: ReportChange): string {
  const lines = changeLines(change).map(
    ({ sign, text }) => `<span class="${classOfSign[sign]}">${escapeHtml(`${sign} ${text}`)}</span>`,
  );
  const from = change.from === undefined ? '' : ` from ${code(change.from)}`;
  const where = escapeHtml(showScopes(report, change.scopes));
  return `<details ${entry(change.scopes)}><summary>${change.change} ${code(change.object)}${from} <small>${where}</small></summary><pre tabindex="0">${lines.join('\n')}</pre></details>`;
}

function controls({ environments, changes }: Report): string {
  const scopes = [...new Set([...environments, ...changes.flatMap((change) => change.scopes)])];
  const options = scopes.map((name) => `<option value="${escapeHtml(name)}">${escapeHtml(name)}</option>`);
  return [
    '<form role="search" id="filter">',
    '<label>Environment <select id="scope"><option value="">all</option>',
    ...options,
    '</select></label>',
    '<label>Search <input id="search" type="search" autocomplete="off"></label>',
    '<button type="button" id="toggle" aria-pressed="false">Open all differences</button>',
    '<output id="count" aria-live="polite"></output>',
    '</form>',
  ].join('');
}

/** The whole report as one page: nothing is fetched, nothing in it is markup of others. */
export function toHtml(report: Report): string {
  const meaning = topicNames.map((topic) =>
    table(
      topics[topic],
      ['where', 'object', 'text'],
      report.meaning.filter((one) => one.topic === topic).map((one) => meaningRow(report, one)),
    ),
  );
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="icon" href="data:,">
<title>Preview</title>
<style>${pageStyle}</style>
</head>
<body>
<header><h1>Preview</h1><p>${rich(headline(report))}</p>
${report.notices.map((notice) => `<p class="notice">${code(notice)}</p>`).join('\n')}
${isUnchanged(report) ? '' : controls(report)}</header>
<main>
${table(
  'Dangers',
  ['code', 'where', 'object', 'text'],
  report.dangers.map((danger) => dangerRow(report, danger)),
)}
${meaning.join('\n')}
${report.changes.length === 0 ? '' : '<h2>Differences</h2>'}
${report.changes.map((change) => changeDetails(report, change)).join('\n')}
</main>
<script>${pageScript}</script>
</body>
</html>
`;
}
