/** Longest text that a message shows whole: a name of ours fits, a key or token of a cloud does not. */
const wholeLength = 36;
const beginningLength = 12;

function showText(text: string): string {
  return text.length <= wholeLength
    ? JSON.stringify(text)
    : `${JSON.stringify(text.slice(0, beginningLength))}… (${text.length} characters)`;
}

/** A value as a message shows it: one short line, and nothing of what a group or list holds. */
export function showValue(value: unknown): string {
  if (typeof value === 'string') {
    return showText(value);
  }
  if (Array.isArray(value)) {
    return `a list of ${value.length}`;
  }
  if (typeof value === 'object' && value !== null) {
    return 'a group';
  }
  return value === null || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : `a ${typeof value}`;
}

/** A key as part of a path. */
export function showKey(key: PropertyKey): string {
  return typeof key === 'string' && !/^[\w-]{1,36}$/.test(key) ? showText(key) : String(key);
}
