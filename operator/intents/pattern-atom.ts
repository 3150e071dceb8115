/** Escapes that stand for a class or a place; any other escaped letter may begin something longer. */
const plainEscape = /^[bBdDsSwWAz]$/;

/**
 * The longest run of plain characters that is in every text that a pattern of RE2 finds, in lower case; undefined where none
 * is certain. A search for it is much quicker than the pattern.
 */
export function atomOf(pattern: string): string | undefined {
  const runs: string[] = [''];
  for (const token of tokensOf(pattern)) {
    const run = runs.at(-1) ?? '';
    if (isBeyond(token)) return undefined;
    if (/^[*?{]/.test(token)) runs.splice(-1, 1, run.slice(0, -1), '');
    else if (isPlain(token)) runs.splice(-1, 1, run + token.slice(-1).toLowerCase());
    else runs.push('');
  }
  const [longest = ''] = runs.toSorted((one, other) => other.length - one.length);
  return longest.length < 2 ? undefined : longest;
}

const isPlain = (token: string): boolean => /^(?:[A-Za-z0-9 _,:;=@#%&~"'<>/!-]|\\[^A-Za-z0-9\s])$/.test(token);

/** What stands at the top of a pattern: groups, classes and counts are one token each. */
function* tokensOf(pattern: string): Generator<string> {
  for (let at = 0; at < pattern.length;) {
    const end = endOf(pattern, at);
    yield pattern.slice(at, end);
    at = end;
  }
}

function endOf(pattern: string, at: number): number {
  switch (pattern[at]) {
    case '\\':
      return at + 2;
    case '{':
      return pattern.indexOf('}', at) + 1 || pattern.length;
    case '[':
      return endOfClass(pattern, at);
    case '(':
      return endOfGroup(pattern, at);
    default:
      return at + 1;
  }
}

function endOfGroup(pattern: string, start: number): number {
  let at = start + 1;
  while (at < pattern.length && pattern[at] !== ')') at = endOf(pattern, at);
  return at + 1;
}

/** A bracket at its start is one of its members. */
function endOfClass(pattern: string, start: number): number {
  const first = pattern[start + 1] === '^' ? start + 2 : start + 1;
  let at = first;
  while (at < pattern.length && (pattern[at] !== ']' || at === first)) {
    const named = pattern.startsWith('[:', at) ? pattern.indexOf(':]', at) : -1;
    if (named > 0) at = named + 2;
    else at += pattern[at] === '\\' ? 2 : 1;
  }
  return at + 1;
}

/** A choice, or a class of characters by its letter: then no run of characters must be there. */
const isBeyond = (token: string): boolean =>
  token === '|' || (/^\\[^\W_]/.test(token) && !plainEscape.test(token[1] ?? ''));
