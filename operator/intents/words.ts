const word = /[\p{L}\p{N}]+(?:['’_-][\p{L}\p{N}]+)*/gu;

/** The words of a text, in lower case and one form of Unicode. */
export const wordsOf = (text: string): readonly string[] => text.normalize('NFKC').toLowerCase().match(word) ?? [];

/** Says which of some keywords are in a text. */
export type FindKeywords = (text: string) => ReadonlySet<number>;

interface Phrase {
  readonly index: number;
  /** After the first. */
  readonly rest: readonly string[];
}

/** Each keyword is a word or several that follow each other. @returns indexes of the keywords that are found */
export function compileKeywords(keywords: readonly string[]): FindKeywords {
  const phrases = new Map<string, Phrase[]>();
  for (const [index, keyword] of keywords.entries()) {
    const [first = '', ...rest] = wordsOf(keyword);
    phrases.set(first, [...(phrases.get(first) ?? []), { index, rest }]);
  }
  return (text) => {
    const found = new Set<number>();
    if (phrases.size === 0) return found;
    const words = wordsOf(text);
    for (const [at, one] of words.entries()) {
      for (const { index, rest } of phrases.get(one) ?? []) {
        if (rest.every((next, offset) => words[at + 1 + offset] === next)) found.add(index);
      }
    }
    return found;
  };
}
