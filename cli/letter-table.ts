interface ShownLetter {
  readonly key: string;
  readonly reason: string;
  readonly type?: unknown;
  readonly id?: unknown;
}

const columns = ['KEY', 'REASON', 'TYPE', 'ID'] as const;

/** Letters in lines, for people. */
export function renderLetters(letters: readonly ShownLetter[]): string {
  if (letters.length === 0) return 'no dead letters\n';
  const rows = [columns, ...letters.map(({ id, key, reason, type }) => [key, reason, textOf(type), textOf(id)])];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

/** Whoever sent the event chose it: nothing that a terminal obeys. */
const textOf = (value: unknown): string =>
  typeof value === 'string' ? value.replaceAll(/[^\u0020-\u007e]/g, '?').slice(0, 80) : '-';
