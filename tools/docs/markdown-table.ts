function toCell(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll(/\s+/g, ' ').trim();
}

function toRow(cells: readonly string[]): string {
  return `| ${cells.map(toCell).join(' | ')} |\n`;
}

/** A table of Markdown; what would break a cell is escaped. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [toRow(header), toRow(header.map(() => '---')), ...rows.map(toRow)].join('');
}
