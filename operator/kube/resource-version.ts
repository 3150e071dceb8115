const decimal = /^\d+$/;

/**
 * Negative when the one is older, 0 when they are the same, positive when it is newer; undefined when they cannot be
 * compared. Versions of the API server are decimal numbers of one sequence (Kubernetes KEP-5504); others may be anything.
 */
export function compareVersions(one: string, other: string): number | undefined {
  if (one === other) return 0;
  if (!decimal.test(one) || !decimal.test(other)) return undefined;
  if (one.length !== other.length) return one.length - other.length;
  return one < other ? -1 : 1;
}

/** The newer of two versions; the second where they cannot be compared. */
export const newestVersion = (one: string, other: string): string =>
  (compareVersions(one, other) ?? -1) > 0 ? one : other;
