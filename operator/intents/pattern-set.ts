import { RE2JS } from 're2js';
import { atomOf } from './pattern-atom.ts';

/** Of one pattern: its length, and the steps that it compiles to. */
const [mostCharacters, mostSteps] = [256, 400] as const;

/** Why a text is no pattern; undefined for one that is. */
export function patternFault(text: string): string | undefined {
  if (text.length === 0 || text.length > mostCharacters) return `1 to ${mostCharacters} characters`;
  try {
    const compiled = RE2JS.compile(text, RE2JS.CASE_INSENSITIVE);
    if (compiled.matches('')) return 'a pattern that does not match an empty text';
    return compiled.programSize() > mostSteps ? 'a shorter pattern: it repeats too much' : undefined;
  } catch (error) {
    return `a pattern of RE2 (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** Says which of some patterns are in a text. */
export type FindPatterns = (text: string) => ReadonlySet<number>;

/**
 * The time of each pattern grows with the length of the text, never with what it repeats; one whose plain characters are
 * not in the text is not tried. @returns indexes of the patterns that are found
 */
export function compilePatterns(patterns: readonly string[]): FindPatterns {
  const compiled = patterns.map((pattern, index) => ({
    index,
    atom: atomOf(pattern),
    expression: RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE),
  }));
  return (text) => {
    // the long s is the one letter that RE2 takes for another that lower case does not make the same
    const lower = text.toLowerCase().replaceAll('\u017F', 's');
    const candidates = compiled.filter(({ atom }) => atom === undefined || lower.includes(atom));
    return new Set(candidates.filter(({ expression }) => expression.test(text)).map(({ index }) => index));
  };
}
