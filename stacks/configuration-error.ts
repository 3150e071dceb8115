/** A fault in what a person wrote: shown as its lines, never with a stack. Anything else that is thrown is a bug. */
export class ConfigurationError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigurationError';
    this.faults = faults;
  }
}
