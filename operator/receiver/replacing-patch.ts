type Members = Readonly<Record<string, unknown>>;

/**
 * The merge patch (RFC 7386) that leaves exactly `after` of `before`: members that are gone are null. Members that the
 * API server fills in by default come back by the same default.
 */
export function replacingPatch(before: unknown, after: Members): Members {
  const old = isMembers(before) ? before : {};
  const gone = Object.keys(old).filter((name) => !Object.hasOwn(after, name));
  return {
    ...Object.fromEntries(gone.map((name) => [name, null])),
    ...Object.fromEntries(
      Object.entries(after).map(([name, value]) => [
        name,
        isMembers(value) ? replacingPatch(Object.hasOwn(old, name) ? old[name] : {}, value) : value,
      ]),
    ),
  };
}

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
