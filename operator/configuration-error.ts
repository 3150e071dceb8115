/** Faults in what a person configured: shown as its lines, never with a stack. Anything else that is thrown is a bug. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
  }
}
