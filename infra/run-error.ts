import { RunError } from '@pulumi/pulumi';
import { ConfigurationError } from '../stacks/index.ts';

/** What Pulumi shows as one line, where a person can mend it; anything else as it is. */
export function toRunError(error: unknown): unknown {
  if (!(error instanceof ConfigurationError)) return error;
  const refusal = new RunError(error.message);
  // not shown, and yet formatted: Node.js 20 takes a gigabyte and twelve seconds for paths below node_modules/@pulumi
  refusal.stack = '';
  return refusal;
}
