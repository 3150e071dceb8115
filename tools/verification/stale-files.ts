/** Texts by path. */
export type Files = ReadonlyMap<string, string>;

/**
 * One line for each difference between what the sources give and what is there, sorted by path.
 * A present file that nothing generates is named as well.
 */
export function findStaleFiles(expected: Files, present: Files): readonly string[] {
  const missing = [...expected.keys()].filter((path) => !present.has(path)).map((path) => `${path}: missing`);
  const extra = [...present.keys()].filter((path) => !expected.has(path)).map((path) => `${path}: no longer generated`);
  const stale = [...expected]
    .filter(([path, text]) => present.has(path) && present.get(path) !== text)
    .map(([path]) => `${path}: stale`);
  return [...missing, ...extra, ...stale].toSorted();
}
