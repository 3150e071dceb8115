/** Which side of a comparison could not be had. */
export type Side = 'base' | 'head';

/** Why there is no report: shown as its text and written as a report of its own, never as one that looks clean. */
export class PreviewFailure extends Error {
  override readonly name = 'PreviewFailure';
  readonly side: Side;
  /** What a program printed, empty where none ran. */
  readonly output: string;

  constructor(side: Side, reason: string, output = '') {
    super(`${side}: ${reason}`);
    this.side = side;
    this.output = output;
  }
}
