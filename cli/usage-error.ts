/** A fault in what a person typed or wrote: shown as its text, never with a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
