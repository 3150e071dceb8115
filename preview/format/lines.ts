import { dump } from 'js-yaml';
import { alignLists } from '../diff/sequence.ts';
import type { Difference, ReportChange } from '../report.ts';
import { visible } from './inert.ts';

/** A line of a difference as a reader sees it, with everything in it visible. */
export interface Line {
  readonly sign: '-' | '+' | ' ' | '@';
  readonly text: string;
}

/** Unchanged lines that are shown around a change inside a text. */
const context = 2;

function valueLines(value: unknown): readonly string[] {
  if (typeof value === 'string' && !value.includes('\n')) return [value];
  if (typeof value === 'string') return value.replace(/\n$/, '').split('\n');
  if (typeof value !== 'object' || value === null) return [String(value)];
  return dump(value, { lineWidth: -1, noRefs: true, skipInvalid: true }).trimEnd().split('\n');
}

function signed(sign: '-' | '+', path: string, value: unknown): readonly Line[] {
  const lines = valueLines(value);
  const label = path === '' ? '' : `${path}:`;
  return lines.length === 1 && typeof value !== 'object'
    ? [{ sign, text: visible(`${label} ${lines[0] ?? ''}`.trimStart()) }]
    : [
        ...(label === '' ? [] : [{ sign, text: visible(label) }]),
        ...lines.map((line): Line => ({ sign, text: `${label === '' ? '' : '  '}${visible(line)}` })),
      ];
}

const toLine = (sign: Line['sign'], text = ''): Line => ({ sign, text: visible(text) });

/** Lines of two texts side by side; unchanged ones only near a change. */
function textLines(path: string, base: string, head: string): readonly Line[] {
  const [before, after] = [valueLines(base), valueLines(head)];
  const all = alignLists(before, after).flatMap((move): readonly Line[] => {
    switch (move.kind) {
      case 'kept':
        return [toLine(' ', after[move.head])];
      case 'paired':
        return [toLine('-', before[move.base]), toLine('+', after[move.head])];
      case 'removed':
        return [toLine('-', before[move.base])];
      case 'added':
        return [toLine('+', after[move.head])];
    }
  });
  const isNear = (index: number): boolean =>
    all.slice(Math.max(0, index - context), index + context + 1).some(({ sign }) => sign !== ' ');
  const shown = all.flatMap((line, index): readonly Line[] => {
    if (isNear(index)) return [line];
    return index > 0 && isNear(index - 1) ? [{ sign: '@', text: '…' }] : [];
  });
  return [{ sign: '@', text: visible(path) }, ...shown];
}

function differenceLines({ op, path, base, head }: Difference): readonly Line[] {
  switch (op) {
    case 'add':
      return signed('+', path, head);
    case 'remove':
      return signed('-', path, base);
    case 'replace':
      return typeof base === 'string' && typeof head === 'string' && `${base}${head}`.includes('\n')
        ? textLines(path, base, head)
        : [...signed('-', path, base), ...signed('+', path, head)];
  }
}

/** All lines of a changed object: its differences, or the whole of it where it came or went. */
export function changeLines({ change, differences, value }: ReportChange): readonly Line[] {
  switch (change) {
    case 'added':
      return signed('+', '', value ?? {});
    case 'removed':
      return signed('-', '', value ?? {});
    case 'changed':
    case 'renamed':
      return differences.flatMap(differenceLines);
  }
}
