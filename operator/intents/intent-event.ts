/** What of an event decides where it goes. */
export interface IntentEvent {
  /** By name, type, source and subject among them. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The data as JSON, or as text; undefined where there are none. */
  readonly data: unknown;
}

/** Further characters of a text decide nothing. */
export const mostTextCharacters = 2048;

/** What a person says in an event: data that are text, or the first pointer that leads to some; else empty. */
export function textOf({ data }: IntentEvent, pointers: readonly string[]): string {
  if (typeof data === 'string') return data.slice(0, mostTextCharacters);
  for (const pointer of pointers) {
    const found = valueAt(data, pointer);
    if (typeof found === 'string') return found.slice(0, mostTextCharacters);
  }
  return '';
}

/** RFC 6901. */
function valueAt(data: unknown, pointer: string): unknown {
  let at = data;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = Object.entries(at).find(([name]) => name === key)?.[1];
  }
  return at;
}
