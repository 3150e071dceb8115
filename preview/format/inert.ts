/** What a terminal or a reader would obey rather than show: control characters, marks of direction, what has no width. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const escapeUnseen = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/** The text with everything visible on one line. */
export function visible(text: string): string {
  return text.replaceAll(unseen, escapeUnseen);
}

/** The part of a text from manifests, and the part that is ours. */
export interface Piece {
  readonly kind: 'value' | 'words';
  readonly text: string;
}

/** Pieces of a finding's text: what stands between backticks came from manifests. */
export function piecesOf(text: string): readonly Piece[] {
  return visible(text)
    .split('`')
    .map((part, index): Piece => ({ kind: index % 2 === 1 ? 'value' : 'words', text: part }))
    .filter((piece) => piece.text !== '');
}

export function escapeHtml(text: string): string {
  return visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

const longestRun = (text: string): number => Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));

/** A code span of Markdown: nothing in it is markup, a mention or a reference. `|` ends a cell even there. */
export function codeSpan(text: string): string {
  const shown = visible(text).replaceAll('|', String.raw`\|`);
  const mark = '`'.repeat(longestRun(shown) + 1);
  const pad = shown.startsWith('`') || shown.endsWith('`') || shown === '' ? ' ' : '';
  return `${mark}${pad}${shown}${pad}${mark}`;
}

/** A fenced block of Markdown that its content cannot end. */
export function fence(language: string, lines: readonly string[]): string {
  const mark = '`'.repeat(Math.max(3, longestRun(lines.join('\n')) + 1));
  return [`${mark}${language}`, ...lines, mark].join('\n');
}
