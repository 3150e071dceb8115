/** A fault that the person at the terminal can mend: shown as its text, never with a stack. */
export class PartError extends Error {
  override readonly name = 'PartError';
}
