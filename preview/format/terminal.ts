import type { Report } from '../report.ts';
import { topics } from '../topic.ts';
import { visible } from './inert.ts';
import { changeLines, type Line } from './lines.ts';
import { headline, isUnchanged, showScopes } from './summary.ts';

/** Escape sequences of a terminal, or none of them. */
export interface Style {
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

const sequence =
  (code: number) =>
  (text: string): string =>
    `\u001B[${code}m${text}\u001B[0m`;

const coloured: Style = {
  red: sequence(31),
  green: sequence(32),
  yellow: sequence(33),
  dim: sequence(2),
  bold: sequence(1),
};
const same = (text: string): string => text;
const plain: Style = { red: same, green: same, yellow: same, dim: same, bold: same };

/** Colour only where a person reads, and not where NO_COLOR says so (https://no-color.org). */
export function styleFor(isTerminal: boolean, variables: Readonly<Record<string, string | undefined>>): Style {
  return isTerminal && !variables['NO_COLOR'] ? coloured : plain;
}

function showLine({ sign, text }: Line, style: Style): string {
  const line = `    ${sign} ${text}`;
  switch (sign) {
    case '-':
      return style.red(line);
    case '+':
      return style.green(line);
    case '@':
    case ' ':
      return style.dim(line);
  }
}

const paragraph = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', title, ...lines];

/** The report for a person at a terminal. */
export function toTerminal(report: Report, style: Style): string {
  const scopes = (names: readonly string[]): string => style.dim(visible(showScopes(report, names)));
  if (isUnchanged(report)) return `${[headline(report), ...report.notices.map(visible)].join('\n')}\n`;
  const dangers = report.dangers.map(({ code, severity, object, text, acknowledged, ...danger }) => {
    const mark = acknowledged === undefined ? (severity === 'danger' ? style.red : style.yellow) : style.dim;
    const reason = acknowledged === undefined ? '' : ` (accepted: ${visible(acknowledged)})`;
    return `  ${mark(code)}  ${visible(object)}: ${visible(text)}${reason}  ${scopes(danger.scopes)}`;
  });
  const meaning = Object.entries(topics).flatMap(([topic, title]) => {
    const rows = report.meaning.filter((one) => one.topic === topic);
    return paragraph(
      style.bold(title),
      rows.map((one) => `  ${visible(one.object)}: ${visible(one.text)}  ${scopes(one.scopes)}`),
    );
  });
  const changes = report.changes.flatMap((change) => [
    `  ${style.bold(change.change)} ${visible(change.object)}  ${scopes(change.scopes)}`,
    ...(change.change === 'added' || change.change === 'removed'
      ? []
      : changeLines(change).map((line) => showLine(line, style))),
  ]);
  return `${[
    visible(headline(report)),
    ...report.notices.map(visible),
    ...paragraph(style.bold('Dangers'), dangers),
    ...meaning,
    ...paragraph(style.bold('Changes'), changes),
  ].join('\n')}\n`;
}
