/** What is wrong with one value of an event. */
export interface Fault {
  /** JSON pointer (RFC 6901) into the event in its JSON form, such as `/data/spec/source`; empty for the whole. */
  readonly pointer: string;
  /** What, and what is allowed. Never the value itself: it may be a secret. */
  readonly message: string;
}

/** A pointer to a member below another one. */
export const pointerTo = (...path: readonly string[]): string =>
  path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
