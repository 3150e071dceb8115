import { parseAllDocuments, type Document } from 'yaml';
import { PartError } from './part-error.ts';

/** Documents of a YAML text as Go's parser reads it: that one accepts quoted text going on at the indent of its key. */
export function parseLooseDocuments(text: string, name: string): readonly Document[] {
  const strict = parseAllDocuments(text);
  if (strict.every((document) => document.errors.length === 0)) return strict;
  const repaired = parseAllDocuments(indentQuotedLines(text));
  const fault = repaired.flatMap((document) => document.errors).at(0);
  if (fault !== undefined) throw new PartError(`${name} is no valid YAML: ${fault.message}`);
  return repaired;
}

/** Folding swallows the added indent, so the value stays what it was. */
function indentQuotedLines(text: string): string {
  let isOpen = false;
  const lines = text.split('\n').map((line) => {
    const wasOpen = isOpen;
    if (wasOpen) isOpen = !closes(line);
    else isOpen = opens(line);
    return wasOpen ? `  ${line}` : line;
  });
  return lines.join('\n');
}

const opens = (line: string): boolean => /^[\s-]*[\w$-]+: '(?:[^']|'')*$/.test(line);
const closes = (line: string): boolean => /^(?:[^']|'')*'(?!')\s*$/.test(line);
